package dev.tessera.vqmodels.integer;

import java.util.List;

/** A function of one or two vectors of integers. Immutable, safe to share. */
public abstract sealed class IntegerLayer
        permits IntegerLayerNorm, IntegerLinear, IntegerRelu, ResidualAddition, ShiftGelu, Shiftmax {
    private final List<IntegerFormat> inputs;
    private final IntegerFormat output;

    IntegerLayer(List<IntegerFormat> inputs, IntegerFormat output) {
        this.inputs = List.copyOf(inputs);
        this.output = output;
    }

    /** What it takes. */
    public final List<IntegerFormat> inputs() {
        return inputs;
    }

    /** What it gives. */
    public final IntegerFormat output() {
        return output;
    }

    /**
     * Computes the outputs; allocates nothing.
     *
     * @param in one vector for each of {@link #inputs}, in its range
     * @param out takes the outputs
     * @param scratch at least as large as {@link #scratchSize} of inputs and of outputs
     */
    abstract void apply(int[][] in, int[] out, Scratch scratch);

    /** Numbers that {@link #apply} needs room for. */
    int scratchSize() {
        return 0;
    }

    static int requireIn(int least, int most, int value, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + least + ", " + most + "]");
        }
        return value;
    }

    static void requireLength(int expected, int found, String name) {
        if (expected != found) {
            throw new IllegalArgumentException(name + " has " + found + " numbers, must have " + expected);
        }
    }

    /** Of layers that give a value for each value. */
    static void requireSize(IntegerFormat in, IntegerFormat out) {
        if (in.size() != out.size()) {
            throw new IllegalArgumentException(
                    "size of the outputs is " + out.size() + ", must be that of the inputs, " + in.size());
        }
    }

    /** Room for what layers note while they compute, one after the other. */
    static final class Scratch {
        final int[] sums;
        final int[] rows;
        final int[] values;

        Scratch(int size) {
            this.sums = new int[size];
            this.rows = new int[size];
            this.values = new int[size];
        }
    }
}
