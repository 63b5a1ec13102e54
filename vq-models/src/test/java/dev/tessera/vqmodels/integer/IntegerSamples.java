package dev.tessera.vqmodels.integer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Formats, layers and graphs for tests. */
public final class IntegerSamples {
    static final GridWindow WINDOW = new GridWindow(3, 3, 5, true);

    /** {@link #fingerprint()} of every version. */
    static final int GOLDEN = 1_701_821_166;

    private IntegerSamples() {}

    static IntegerFormat format(int size, int magnitude, int shift) {
        return new IntegerFormat(size, -magnitude, magnitude, new Dyadic(1, shift));
    }

    static IntegerLinear linear(SplittableRandom random, IntegerFormat in, IntegerFormat out) {
        byte[] weights = new byte[in.size() * out.size()];
        int[] bias = new int[out.size()];
        List<Dyadic> factors = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) random.nextInt(-127, 128);
        }
        for (int o = 0; o < out.size(); o++) {
            bias[o] = random.nextInt(-100_000, 100_001);
            factors.add(new Dyadic(random.nextInt(1 << 29, 1 << 30), random.nextInt(36, 42)));
        }
        return new IntegerLinear(in, weights, bias, factors, out);
    }

    /** A graph with every kind of layer, of a causal window; two outputs. */
    static IntegerGraph graph(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        IntegerFormat input = format(WINDOW.size(), 2000, 0);
        IntegerFormat hidden = format(40, 1000, 8);
        List<IntegerGraph.Node> nodes = new ArrayList<>();
        IntegerFormat rectified = new IntegerFormat(40, 0, 1000, new Dyadic(1, 8));
        nodes.add(new IntegerGraph.Node("first", List.of(IntegerGraph.INPUT), linear(random, input, rectified)));
        nodes.add(new IntegerGraph.Node("second", List.of("first"), linear(random, rectified, hidden)));
        nodes.add(new IntegerGraph.Node(
                "sum", List.of("first", "second"), new ResidualAddition(rectified, hidden, 700, 600, 10, hidden)));
        nodes.add(new IntegerGraph.Node("norm", List.of("sum"), norm(random, hidden, hidden)));
        nodes.add(new IntegerGraph.Node("gelu", List.of("norm"), new ShiftGelu(hidden, Dyadic.ONE, hidden)));
        nodes.add(new IntegerGraph.Node("relu", List.of("norm"), new IntegerRelu(hidden)));
        IntegerFormat heads = format(7, 1500, 6);
        nodes.add(new IntegerGraph.Node(
                "means", List.of("relu"), linear(random, nodes.getLast().layer().output(), heads)));
        nodes.add(new IntegerGraph.Node("logits", List.of("gelu"), linear(random, hidden, heads)));
        nodes.add(new IntegerGraph.Node("frequencies", List.of("logits"), new Shiftmax(heads, 15)));
        return new IntegerGraph(input, nodes, List.of("frequencies", "means"));
    }

    static IntegerLayerNorm norm(SplittableRandom random, IntegerFormat in, IntegerFormat out) {
        int[] multipliers = random.ints(in.size(), -1 << 24, 1 << 24).toArray();
        long[] bias = random.longs(in.size(), -1L << 36, 1L << 36).toArray();
        return new IntegerLayerNorm(in, multipliers, bias, 30, out);
    }

    static IntegerTensor grid(long seed, int height, int width, int channels) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] values =
                random.ints((long) height * width * channels, -3000, 3001).toArray();
        return IntegerTensor.of(Dyadic.ONE, values, height, width, channels);
    }

    /** What a layer makes of vectors in its range. */
    static int[] apply(IntegerLayer layer, int[]... in) {
        int[] out = new int[layer.output().size()];
        layer.apply(in, out, new IntegerLayer.Scratch(layer.scratchSize()));
        return out;
    }

    /** Changes when any layer gives another integer anywhere. */
    public static int fingerprint() {
        return fingerprint(graph(5));
    }

    static int fingerprint(IntegerGraph graph) {
        return graph.evaluate(grid(6, 5, 9, 3), WINDOW).hashCode();
    }
}
