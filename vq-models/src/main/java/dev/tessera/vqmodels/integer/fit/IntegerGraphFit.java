package dev.tessera.vqmodels.integer.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.vqmodels.integer.Dyadic;
import dev.tessera.vqmodels.integer.GridWindow;
import dev.tessera.vqmodels.integer.IntegerFormat;
import dev.tessera.vqmodels.integer.IntegerGraph;
import dev.tessera.vqmodels.integer.IntegerLayer;
import dev.tessera.vqmodels.integer.IntegerLayerNorm;
import dev.tessera.vqmodels.integer.IntegerRelu;
import dev.tessera.vqmodels.integer.ResidualAddition;
import dev.tessera.vqmodels.integer.ShiftGelu;
import dev.tessera.vqmodels.integer.Shiftmax;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Makes a graph of integers of one in floats: weights in 8 bits with a scale for each output, units of activations from what the
 * float graph gives for inputs of a calibration, all factors between units dyadic (Yao et al. 2021, HAWQ-V3).
 */
public final class IntegerGraphFit {
    private static final int NORM_BITS = 14; // of the norm inside IntegerLayerNorm
    private static final int FACTOR_EXPONENT = 30; // of the largest multiplier
    private static final int BIAS_EXPONENT = 60; // of the largest bias of a layer norm

    private final int activationBits;
    private final ClipRule clip;
    private final int softmaxBits;
    private final Map<String, IntegerFormat> formats;

    /**
     * A graph and what it was measured to do.
     *
     * @param errors see {@link IntegerGraphFit#errors}, for the inputs of the calibration
     */
    public record Result(IntegerGraph graph, Map<String, Double> errors) {}

    private IntegerGraphFit(Builder builder) {
        this.activationBits = builder.activationBits;
        this.clip = builder.clip;
        this.softmaxBits = builder.softmaxBits;
        this.formats = Map.copyOf(builder.formats);
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * The graph of integers.
     *
     * @param input what will go in
     * @param calibration at least one input, in integers of {@code input}
     * @param outputs names of the layers of which the outputs are
     */
    public Result fit(FloatGraph graph, IntegerFormat input, List<int[]> calibration, List<String> outputs) {
        Checks.requireAtLeast(1, calibration.size(), "number of inputs of the calibration");
        for (String name : formats.keySet()) {
            if (!graph.nodes().containsKey(name)) {
                throw new IllegalArgumentException("the graph has no layer '" + name + "' to give a format");
            }
        }
        Map<String, double[]> seen = values(graph, input, calibration);
        Map<String, IntegerFormat> known = new HashMap<>(Map.of(IntegerGraph.INPUT, input));
        List<IntegerGraph.Node> nodes = new ArrayList<>();
        graph.nodes().forEach((name, node) -> {
            List<IntegerFormat> in = node.from().stream().map(known::get).toList();
            IntegerLayer layer = layer(name, node, in, seen.get(name));
            nodes.add(new IntegerGraph.Node(name, node.from(), layer));
            known.put(name, layer.output());
        });
        IntegerGraph integers = new IntegerGraph(input, nodes, outputs);
        return new Result(integers, errors(graph, integers, calibration));
    }

    /** What each layer gave for all inputs, one after the other. */
    private static Map<String, double[]> values(FloatGraph graph, IntegerFormat input, List<int[]> inputs) {
        Map<String, List<double[]>> parts = new LinkedHashMap<>();
        for (int[] in : inputs) {
            graph.evaluate(real(input, in))
                    .forEach((name, values) ->
                            parts.computeIfAbsent(name, _ -> new ArrayList<>()).add(values));
        }
        Map<String, double[]> all = new HashMap<>();
        parts.forEach((name, list) ->
                all.put(name, list.stream().flatMapToDouble(DoubleStream::of).toArray()));
        return all;
    }

    private static double[] real(IntegerFormat format, int[] integers) {
        double unit = DyadicFit.value(format.unit());
        double[] out = new double[integers.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = unit * Math.clamp(integers[i], format.least(), format.most());
        }
        return out;
    }

    private IntegerLayer layer(String name, FloatGraph.Node node, List<IntegerFormat> in, double[] seen) {
        IntegerFormat first = in.getFirst();
        return switch (node.layer()) {
            case FloatGraph.Linear l -> LinearFit.fit(l, first, format(name, node, l.rectified(), seen));
            case FloatGraph.Relu() -> new IntegerRelu(first);
            case FloatGraph.Gelu() -> {
                IntegerFormat out = format(name, node, false, seen);
                yield new ShiftGelu(first, DyadicFit.nearest(ratio(first, out), ShiftGelu.MAX_SHIFT), out);
            }
            case FloatGraph.Addition() -> addition(first, in.getLast(), format(name, node, false, seen));
            case FloatGraph.LayerNorm l -> norm(l, first, format(name, node, false, seen));
            case FloatGraph.Softmax() -> new Shiftmax(first, softmaxBits);
        };
    }

    /** The format that was asked for, or one of which the largest integer stands for what the clip rule says. */
    private IntegerFormat format(String name, FloatGraph.Node node, boolean rectified, double[] seen) {
        IntegerFormat asked = formats.get(name);
        if (asked != null) {
            if (asked.size() != node.size()) {
                throw new IllegalArgumentException(
                        "format of '" + name + "' has size " + asked.size() + ", must be " + node.size());
            }
            return asked;
        }
        int levels = (1 << activationBits - 1) - 1;
        Dyadic unit = DyadicFit.nearest(clip.magnitude(seen, levels) / levels);
        return new IntegerFormat(node.size(), rectified ? 0 : -levels, levels, unit);
    }

    private static double ratio(IntegerFormat in, IntegerFormat out) {
        return DyadicFit.value(in.unit()) / DyadicFit.value(out.unit());
    }

    private static ResidualAddition addition(IntegerFormat first, IntegerFormat second, IntegerFormat out) {
        double a = ratio(first, out);
        double b = ratio(second, out);
        int shift = Math.clamp(FACTOR_EXPONENT - 1 - Math.getExponent(Math.max(a, b)), 0, Dyadic.MAX_SHIFT);
        return new ResidualAddition(first, second, multiplier(a, shift), multiplier(b, shift), shift, out);
    }

    private static int multiplier(double factor, int shift) {
        return (int) Math.max(1, Math.rint(Math.scalb(factor, shift)));
    }

    private static IntegerLayerNorm norm(FloatGraph.LayerNorm layer, IntegerFormat in, IntegerFormat out) {
        double unit = DyadicFit.value(out.unit());
        double weight = Double.MIN_NORMAL;
        double bias = Double.MIN_NORMAL;
        for (int i = 0; i < in.size(); i++) {
            weight = Math.max(weight, Math.abs(layer.weight()[i]) / unit);
            bias = Math.max(bias, Math.abs(layer.bias()[i]) / unit);
        }
        int most = Math.min(
                FACTOR_EXPONENT - 1 + NORM_BITS - Math.getExponent(weight), BIAS_EXPONENT - Math.getExponent(bias));
        int shift = Math.clamp(most, 0, Dyadic.MAX_SHIFT);
        int[] multipliers = new int[in.size()];
        long[] biases = new long[in.size()];
        for (int i = 0; i < in.size(); i++) {
            multipliers[i] = (int) Math.rint(Math.scalb(layer.weight()[i] / unit, shift - NORM_BITS));
            biases[i] = Math.round(Math.scalb(layer.bias()[i] / unit, shift));
        }
        return new IntegerLayerNorm(in, multipliers, biases, shift, out);
    }

    /**
     * The root of the mean squared difference between what each layer of the integer graph stands for and what the same of the
     * float graph gives, over the root of the mean square of the latter, by name; values beyond the range of a layer count as its ends.
     *
     * @param inputs integers for both
     */
    public static Map<String, Double> errors(FloatGraph graph, IntegerGraph integers, List<int[]> inputs) {
        Map<String, double[]> sums = new LinkedHashMap<>(); // of squares of differences and of values
        IntegerGraph.Run run = integers.new Run();
        int[] out = new int[integers.outputSize()];
        for (int[] in : inputs) {
            Map<String, double[]> expected = graph.evaluate(real(integers.input(), in));
            run.evaluate(in, out);
            for (String name : graph.names()) {
                IntegerFormat format = integers.format(name);
                double[] found = real(format, run.valuesOf(name));
                double unit = DyadicFit.value(format.unit());
                double[] sum = sums.computeIfAbsent(name, _ -> new double[2]);
                for (int i = 0; i < found.length; i++) {
                    double value = Math.clamp(expected.get(name)[i], unit * format.least(), unit * format.most());
                    sum[0] += (found[i] - value) * (found[i] - value);
                    sum[1] += value * value;
                }
            }
        }
        Map<String, Double> errors = new LinkedHashMap<>();
        sums.forEach((name, sum) -> errors.put(name, Math.sqrt(sum[0] / Math.max(Double.MIN_NORMAL, sum[1]))));
        return errors;
    }

    /** The weights of a convolution, {@code [outputs x channels x height x width]}, as those of a linear layer over a window. */
    public static float[][] weights(GridWindow window, int outputs, float[] convolution) {
        int kernel = window.channels() * window.height() * window.width();
        if (convolution.length != (long) outputs * kernel) {
            throw new IllegalArgumentException(
                    "convolution has " + convolution.length + " weights, must have " + (long) outputs * kernel);
        }
        float[][] rows = new float[outputs][window.size()];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < window.size(); i++) {
                rows[o][i] = convolution[o * kernel + window.kernelIndex(i)];
            }
        }
        return rows;
    }

    /** Settings. */
    public static final class Builder {
        private int activationBits = 16;
        private ClipRule clip = ClipRule.MAX;
        private int softmaxBits = 15;
        private final Map<String, IntegerFormat> formats = new HashMap<>();

        private Builder() {}

        /** Bits of activations with their sign, 2 to 16; 16 by default. */
        public Builder activationBits(int bits) {
            activationBits = (int) Checks.requireIn(2, 16, bits, "activationBits");
            return this;
        }

        /** How units of activations are chosen; {@link ClipRule#MAX} by default. */
        public Builder clip(ClipRule rule) {
            clip = rule;
            return this;
        }

        /** Frequencies of a softmax sum to 2^bits, 1 to 15; 15 by default. */
        public Builder softmaxBits(int bits) {
            softmaxBits = (int) Checks.requireIn(1, 15, bits, "softmaxBits");
            return this;
        }

        /** The format of what a layer gives, in place of one of the calibration: for outputs with a meaning of their own. */
        public Builder format(String layer, IntegerFormat format) {
            formats.put(layer, format);
            return this;
        }

        public IntegerGraphFit build() {
            return new IntegerGraphFit(this);
        }
    }
}
