package dev.tessera.training;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** A named array that training changes; a place in a {@link ParameterStore}. */
final class Parameter {
    final String name;
    final long[] shape;
    final boolean decays;
    float[] start;
    long offset;
    private int frozen; // first elements that no step changes
    private float[] rates = {}; // factors of the learning rate of the elements; empty: one for all
    private Supplier<Tensor> shown;
    private Tensor value;

    Parameter(String name, float[] start, boolean decays, long... shape) {
        long elements = 1;
        for (long extent : shape) {
            elements *= extent;
        }
        if (elements != start.length) {
            throw new IllegalArgumentException(
                    name + " has " + start.length + " starting values, must have " + elements);
        }
        this.name = name;
        this.shape = shape.clone();
        this.decays = decays;
        this.start = start;
    }

    int elements() {
        long elements = 1;
        for (long extent : shape) {
            elements *= extent;
        }
        return Math.toIntExact(elements);
    }

    /** Factor of the learning rate, see {@link ParameterStore#seal(int)}. */
    float rate(int fanIn) {
        return !decays || fanIn == 0 ? 1 : Math.min(1, fanIn * (float) shape[0] / elements());
    }

    /** Gives every element a learning rate of its own, that of the training times {@code factors}; before the store is sealed. */
    Parameter learnAt(float[] factors) {
        rates = factors;
        return this;
    }

    /** The factors of {@link #learnAt}; empty when there are none. */
    float[] rates() {
        return rates;
    }

    /** Lets layers see what {@code values} makes of the parameter, such as its quantized weights. */
    void show(Supplier<Tensor> values) {
        shown = values;
    }

    /** What layers compute with. */
    Tensor value() {
        return shown == null ? tensor() : shown.get();
    }

    /** Keeps the first {@code count} elements as they start; to be said before the store is sealed. */
    void freeze(int count) {
        frozen = count;
    }

    int frozen() {
        return frozen;
    }

    void bind(Tensor tensor) {
        value = tensor;
    }

    /** The leaf tensor, there once the store is sealed. */
    Tensor tensor() {
        if (value == null) {
            throw new IllegalStateException(name + " is used before the store is sealed");
        }
        return value;
    }
}
