package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.zeros;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * All that training changes: parameters, their gradients, the two moments of Adam and the moving average of the parameters,
 * each one flat array of which every parameter has a part; and named buffers that no gradient reaches.
 *
 * <p>So a step of the optimizer is a few operations on whole arrays, and a checkpoint is five of them.
 */
final class ParameterStore {
    private final List<Parameter> parameters = new ArrayList<>();
    private final Map<String, Tensor> buffers = new TreeMap<>();
    private Tensor values;
    private Tensor gradients;
    private Tensor decayMask;
    private Tensor rates;
    private Tensor firstMoment;
    private Tensor secondMoment;
    private Tensor average;

    /** A parameter with weight decay, as matrices and kernels have it. */
    Parameter weight(String name, float[] start, long... shape) {
        return add(new Parameter(name, start, true, shape));
    }

    /** A parameter without weight decay: biases, scales, codebooks. */
    Parameter plain(String name, float[] start, long... shape) {
        return add(new Parameter(name, start, false, shape));
    }

    private Parameter add(Parameter parameter) {
        if (values != null) {
            throw new IllegalStateException("the store is sealed, " + parameter.name + " comes too late");
        }
        if (parameters.stream().anyMatch(p -> p.name.equals(parameter.name))) {
            throw new IllegalArgumentException("parameter '" + parameter.name + "' is there already");
        }
        parameters.add(parameter);
        return parameter;
    }

    /** State that is part of the model or of its training, but has no gradient. */
    Tensor buffer(String name, float[] start, long... shape) {
        Tensor tensor = Tensors.of(start, shape);
        if (buffers.putIfAbsent(name, tensor) != null) {
            throw new IllegalArgumentException("buffer '" + name + "' is there already");
        }
        return tensor;
    }

    /** Lays the parameters out, all with the same learning rate; none can be added afterwards. */
    void seal() {
        seal(0);
    }

    /**
     * Lays the parameters out; none can be added afterwards.
     *
     * @param fanIn number of inputs above which a weight's learning rate falls with it, as fanIn over its inputs (Yang et al. 2022, µP
     *     for Adam): one step then changes outputs by no more than in a layer of that size. 0: one rate for all
     */
    void seal(int fanIn) {
        long total = 0;
        for (Parameter parameter : parameters) {
            parameter.offset = total;
            total += parameter.elements();
        }
        float[] start = new float[Math.toIntExact(total)];
        float[] decay = new float[start.length];
        float[] rate = new float[start.length];
        for (Parameter parameter : parameters) {
            int offset = (int) parameter.offset;
            System.arraycopy(parameter.start, 0, start, offset, parameter.start.length);
            java.util.Arrays.fill(rate, offset, offset + parameter.start.length, parameter.rate(fanIn));
            System.arraycopy(parameter.rates(), 0, rate, offset, parameter.rates().length);
            java.util.Arrays.fill(rate, offset, offset + parameter.frozen(), 0);
            if (parameter.decays) {
                java.util.Arrays.fill(decay, offset + parameter.frozen(), offset + parameter.start.length, 1);
            }
            parameter.start = new float[0];
        }
        values = Tensors.of(start, total);
        average = Tensors.of(start, total);
        decayMask = Tensors.of(decay, total);
        rates = Tensors.of(rate, total);
        gradients = zeros(total);
        firstMoment = zeros(total);
        secondMoment = zeros(total);
        for (Parameter parameter : parameters) {
            // a detached view is a leaf that shares memory; a gradient that is there already is added to in place
            Tensor leaf = part(values, parameter).detach().set_requires_grad(true);
            leaf.mutable_grad().put(part(gradients, parameter));
            parameter.bind(leaf);
        }
    }

    private static Tensor part(Tensor flat, Parameter parameter) {
        return flat.narrow(0, parameter.offset, parameter.elements()).view(parameter.shape);
    }

    int size() {
        return Math.toIntExact(values.numel());
    }

    List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    Tensor values() {
        return values;
    }

    Tensor gradients() {
        return gradients;
    }

    Tensor decayMask() {
        return decayMask;
    }

    /** Factors of the learning rate. */
    Tensor rates() {
        return rates;
    }

    Tensor firstMoment() {
        return firstMoment;
    }

    Tensor secondMoment() {
        return secondMoment;
    }

    Tensor average() {
        return average;
    }

    /** The part of Adam's moments that belongs to {@code parameter}. */
    List<Tensor> moments(Parameter parameter) {
        return List.of(part(firstMoment, parameter), part(secondMoment, parameter));
    }

    /** The moving average of {@code parameter}. */
    Tensor average(Parameter parameter) {
        return part(average, parameter);
    }

    /** Moves the average towards the parameters: average += (1 - decay) (values - average). */
    void updateAverage(double decay) {
        try (NoGradGuard _ = new NoGradGuard()) {
            average.lerp_(values, new Scalar(1 - decay));
        }
    }

    /** Sets parameters and average alike, for starts that come from data. */
    void start(Parameter parameter, float[] start) {
        Tensors.set(part(values, parameter), start);
        Tensors.set(part(average, parameter), start);
    }

    /** Runs {@code action} with the averaged parameters in place of the parameters. */
    <T> T withAverage(java.util.function.Supplier<T> action) {
        float[] kept;
        try (PointerScope _ = new PointerScope()) {
            kept = Tensors.floats(values);
            try (NoGradGuard _ = new NoGradGuard()) {
                values.copy_(average);
            }
        }
        try {
            return action.get();
        } finally {
            try (PointerScope _ = new PointerScope()) {
                Tensors.set(values, kept);
            }
        }
    }

    /** Copies of everything, by name. */
    Map<String, float[]> state() {
        Map<String, float[]> state = new LinkedHashMap<>();
        try (PointerScope _ = new PointerScope()) {
            everything().forEach((name, tensor) -> state.put(name, Tensors.floats(tensor)));
        }
        return state;
    }

    /** The inverse of {@link #state}. */
    void restore(Map<String, float[]> state) {
        try (PointerScope _ = new PointerScope()) {
            everything().forEach((name, tensor) -> {
                float[] saved = state.get(name);
                if (saved == null || saved.length != tensor.numel()) {
                    throw new IllegalArgumentException("the checkpoint has " + (saved == null ? 0 : saved.length)
                            + " values of " + name + ", must have " + tensor.numel());
                }
                Tensors.set(tensor, saved);
            });
        }
    }

    private Map<String, Tensor> everything() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put("parameters", values);
        all.put("average", average);
        all.put("moment.1", firstMoment);
        all.put("moment.2", secondMoment);
        buffers.forEach((name, tensor) -> all.put("buffer." + name, tensor));
        return all;
    }
}
