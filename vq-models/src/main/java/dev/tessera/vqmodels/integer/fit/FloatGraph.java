package dev.tessera.vqmodels.integer.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.vqmodels.integer.IntegerGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** A network in floats of which {@link IntegerGraphFit} makes one of integers: named layers, each behind what it takes. Immutable. */
public final class FloatGraph {
    private final int inputSize;
    private final Map<String, Node> nodes;

    /** A layer. */
    public sealed interface Layer {}

    /**
     * A matrix product and a bias.
     *
     * @param weights {@code [outputs][inputs]}
     * @param bias {@code [outputs]}
     * @param rectified whether max(0, x) follows
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Linear(float[][] weights, float[] bias, boolean rectified) implements Layer {
        public Linear {
            Checks.requireAtLeast(1, weights.length, "number of outputs");
            for (float[] row : weights) {
                requireLength(weights[0].length, row.length, "row of weights");
                Checks.requireFinite(row, "weights");
            }
            requireLength(weights.length, bias.length, "bias");
            Checks.requireFinite(bias, "bias");
        }
    }

    /** max(0, x). */
    public record Relu() implements Layer {}

    /** x Phi(x), with the error function of Abramowitz and Stegun 7.1.26. */
    public record Gelu() implements Layer {}

    /** The sum of two inputs. */
    public record Addition() implements Layer {}

    /**
     * Layer norm without epsilon; equal inputs give the bias.
     *
     * @param weight one a value
     * @param bias one a value
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record LayerNorm(float[] weight, float[] bias) implements Layer {
        public LayerNorm {
            requireLength(weight.length, bias.length, "bias");
            Checks.requireFinite(weight, "weight");
            Checks.requireFinite(bias, "bias");
        }
    }

    /** exp(x) over the sum of all. */
    public record Softmax() implements Layer {}

    /** A layer and what it takes. */
    record Node(Layer layer, List<String> from, int size) {}

    private FloatGraph(int inputSize, Map<String, Node> nodes) {
        this.inputSize = inputSize;
        this.nodes = nodes;
    }

    public static Builder builder(int inputSize) {
        return new Builder(Checks.requireAtLeast(1, inputSize, "inputSize"));
    }

    private static void requireLength(int expected, int found, String name) {
        if (expected != found) {
            throw new IllegalArgumentException(name + " has " + found + " numbers, must have " + expected);
        }
    }

    public int inputSize() {
        return inputSize;
    }

    Map<String, Node> nodes() {
        return nodes;
    }

    /** The values of all layers by name, those of {@link IntegerGraph#INPUT} among them, for one input. */
    public Map<String, double[]> evaluate(double[] input) {
        requireLength(inputSize, input.length, "input");
        Map<String, double[]> values = new LinkedHashMap<>();
        values.put(IntegerGraph.INPUT, input.clone());
        nodes.forEach((name, node) -> {
            double[] x = values.get(node.from.getFirst());
            values.put(name, apply(node.layer, x, values.get(node.from.getLast())));
        });
        return values;
    }

    private static double[] apply(Layer layer, double[] x, double[] other) {
        double[] out = new double[layer instanceof Linear l ? l.bias.length : x.length];
        switch (layer) {
            case Linear(float[][] weights, float[] bias, boolean rectified) -> {
                for (int o = 0; o < out.length; o++) {
                    double sum = bias[o];
                    for (int i = 0; i < x.length; i++) {
                        sum += weights[o][i] * x[i];
                    }
                    out[o] = rectified ? Math.max(0, sum) : sum;
                }
            }
            case Relu() -> fill(out, i -> Math.max(0, x[i]));
            case Gelu() -> fill(out, i -> gelu(x[i]));
            case Addition() -> fill(out, i -> x[i] + other[i]);
            case LayerNorm(float[] weight, float[] bias) -> norm(x, weight, bias, out);
            case Softmax() -> softmax(x, out);
        }
        return out;
    }

    private static void fill(double[] out, IntToDoubleFunction of) {
        for (int i = 0; i < out.length; i++) {
            out[i] = of.applyAsDouble(i);
        }
    }

    private static double gelu(double x) {
        double z = Math.abs(x) / Math.sqrt(2);
        double t = 1 / (1 + 0.3275911 * z);
        double polynomial =
                t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        double tail = polynomial * StrictMath.exp(-z * z) / 2; // 1 - Phi(|x|)
        return x < 0 ? x * tail : x * (1 - tail);
    }

    private static void norm(double[] x, float[] weight, float[] bias, double[] out) {
        double mean = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        double variance = 0;
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        double inverse = variance == 0 ? 0 : 1 / Math.sqrt(variance);
        for (int i = 0; i < x.length; i++) {
            out[i] = (x[i] - mean) * inverse * weight[i] + bias[i];
        }
    }

    private static void softmax(double[] x, double[] out) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : x) {
            largest = Math.max(largest, value);
        }
        double total = 0;
        for (int i = 0; i < x.length; i++) {
            out[i] = StrictMath.exp(x[i] - largest);
            total += out[i];
        }
        for (int i = 0; i < x.length; i++) {
            out[i] /= total;
        }
    }

    /** Collects layers. */
    public static final class Builder {
        private final int inputSize;
        private final Map<String, Node> nodes = new LinkedHashMap<>();
        private String last = IntegerGraph.INPUT;

        private Builder(int inputSize) {
            this.inputSize = inputSize;
        }

        /** A layer that takes what the one added last gives, the first one the input. */
        public Builder add(String name, Layer layer) {
            return add(name, layer, last);
        }

        /**
         * A layer that takes what the layers {@code from} give.
         *
         * @throws IllegalArgumentException when a name is taken or unknown, or sizes do not fit
         */
        public Builder add(String name, Layer layer, String... from) {
            requireLength(layer instanceof Addition ? 2 : 1, from.length, "from");
            int in = size(from[0]);
            requireLength(in, size(from[from.length - 1]), "second input of '" + name + "'");
            int out = in;
            if (layer instanceof Linear linear) {
                requireLength(in, linear.weights[0].length, "row of weights of '" + name + "'");
                out = linear.bias.length;
            } else if (layer instanceof LayerNorm norm) {
                requireLength(in, norm.weight.length, "weight of '" + name + "'");
            }
            if (name.equals(IntegerGraph.INPUT) || nodes.containsKey(name)) {
                throw new IllegalArgumentException("layer '" + name + "' is there already");
            }
            nodes.put(name, new Node(layer, List.of(from), out));
            last = name;
            return this;
        }

        private int size(String name) {
            if (name.equals(IntegerGraph.INPUT)) {
                return inputSize;
            }
            Node node = nodes.get(name);
            if (node == null) {
                throw new IllegalArgumentException("there is no layer '" + name + "' yet");
            }
            return node.size;
        }

        public FloatGraph build() {
            Checks.requireAtLeast(1, nodes.size(), "number of layers");
            return new FloatGraph(inputSize, new LinkedHashMap<>(nodes));
        }
    }

    /** The names of all layers, in order. */
    public List<String> names() {
        return new ArrayList<>(nodes.keySet());
    }
}
