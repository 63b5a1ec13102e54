package dev.tessera.vqmodels.integer.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.integer.Dyadic;
import dev.tessera.vqmodels.integer.GridWindow;
import dev.tessera.vqmodels.integer.IntegerFormat;
import dev.tessera.vqmodels.integer.IntegerGraph;
import dev.tessera.vqmodels.integer.IntegerLinear;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class IntegerGraphFitTest {
    private static final IntegerFormat INPUT = new IntegerFormat(24, -500, 500, new Dyadic(1, 2));

    private static FloatGraph.Linear linear(SplittableRandom random, int in, int out, boolean rectified) {
        float[][] weights = new float[out][in];
        float[] bias = new float[out];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                weights[o][i] = (float) (random.nextGaussian() / Math.sqrt(in));
            }
            bias[o] = (float) random.nextGaussian();
        }
        return new FloatGraph.Linear(weights, bias, rectified);
    }

    private static List<int[]> inputs(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        return Stream.generate(() -> random.ints(24, -500, 501).toArray())
                .limit(count)
                .toList();
    }

    /** Two rectified layers and two heads, as a prior has. */
    private static FloatGraph heads() {
        SplittableRandom random = new SplittableRandom(11);
        return FloatGraph.builder(24)
                .add("first", linear(random, 24, 50, true))
                .add("second", linear(random, 50, 50, true))
                .add("mean", linear(random, 50, 6, false))
                .add("scale", linear(random, 50, 6, false), "second")
                .build();
    }

    /** On inputs that the calibration has not seen. */
    @Test
    void integersAreNearTheFloats() {
        IntegerGraphFit fit = IntegerGraphFit.builder()
                .format("mean", new IntegerFormat(6, -32_768, 32_767, new Dyadic(1, 6)))
                .build();
        IntegerGraphFit.Result result = fit.fit(heads(), INPUT, inputs(1, 50), List.of("mean", "scale"));
        assertEquals(new Dyadic(1, 6), result.graph().format("mean").unit());
        Map<String, Double> errors = IntegerGraphFit.errors(heads(), result.graph(), inputs(2, 50));
        assertEquals(List.of("first", "second", "mean", "scale"), List.copyOf(errors.keySet()));
        errors.forEach((name, error) -> assertTrue(error < 0.02, name + ": " + error));
        assertTrue(result.errors().get("mean") < 0.02);
    }

    @Test
    void everyLayerIsNearItsFloatTwin() {
        SplittableRandom random = new SplittableRandom(12);
        float[] weight = new float[24];
        float[] bias = new float[24];
        for (int i = 0; i < 24; i++) {
            weight[i] = (float) (1 + 0.3 * random.nextGaussian());
            bias[i] = (float) (0.3 * random.nextGaussian());
        }
        FloatGraph graph = FloatGraph.builder(24)
                .add("norm", new FloatGraph.LayerNorm(weight, bias))
                .add("expand", linear(random, 24, 60, false))
                .add("gelu", new FloatGraph.Gelu())
                .add("project", linear(random, 60, 24, false))
                .add("sum", new FloatGraph.Addition(), "project", "norm")
                .add("relu", new FloatGraph.Relu())
                .add("logits", linear(random, 24, 10, false))
                .add("softmax", new FloatGraph.Softmax())
                .build();
        IntegerGraphFit.Result result =
                IntegerGraphFit.builder().softmaxBits(12).build().fit(graph, INPUT, inputs(3, 40), List.of("softmax"));
        result.errors().forEach((name, error) -> assertTrue(error < 0.06, name + ": " + error));
        assertTrue(result.errors().get("norm") < 1e-3);
        int[] out = new int[10];
        result.graph().new Run().evaluate(inputs(4, 1).getFirst(), out);
        assertEquals(1 << 12, Arrays.stream(out).sum());
    }

    @Test
    void fewBitsGainFromClippingOutliers() {
        List<int[]> inputs = inputs(5, 60);
        inputs.getFirst()[0] = 500;
        FloatGraph graph = heads();
        double whole = IntegerGraphFit.builder()
                .activationBits(4)
                .build()
                .fit(graph, INPUT, inputs, List.of("mean"))
                .errors()
                .get("first");
        double clipped = IntegerGraphFit.builder()
                .activationBits(4)
                .clip(ClipRule.MSE)
                .build()
                .fit(graph, INPUT, inputs, List.of("mean"))
                .errors()
                .get("first");
        assertTrue(clipped < whole, clipped + " against " + whole);
    }

    /** With 16-bit inputs and equal weights the scale must give way; the constructor of the layer proves that it does. */
    @Test
    void scalesGiveWayWhereSumsWouldOverflow() {
        float[][] weights = new float[2][3000];
        Arrays.fill(weights[0], 0.5f);
        float[] bias = {1, 1e6f};
        IntegerFormat in = new IntegerFormat(3000, -32_768, 32_767, new Dyadic(1, 15));
        FloatGraph graph = FloatGraph.builder(3000)
                .add("wide", new FloatGraph.Linear(weights, bias, false))
                .build();
        int[] ones = new int[3000];
        Arrays.fill(ones, 32_767);
        IntegerGraphFit.Result result =
                IntegerGraphFit.builder().build().fit(graph, in, List.of(ones, new int[3000]), List.of("wide"));
        assertTrue(result.errors().get("wide") < 1e-3, result.errors().toString());
        assertTrue(result.graph().nodes().getFirst().layer() instanceof IntegerLinear);
    }

    @Test
    void kernelsBecomeRowsOverAWindow() {
        GridWindow window = new GridWindow(2, 3, 3, true);
        float[] convolution = new float[2 * 9];
        for (int i = 0; i < convolution.length; i++) {
            convolution[i] = i;
        }
        float[][] rows = IntegerGraphFit.weights(window, 1, convolution);
        assertEquals("[0.0, 9.0, 1.0, 10.0, 2.0, 11.0, 3.0, 12.0]", Arrays.toString(rows[0]));
        assertThrows(IllegalArgumentException.class, () -> IntegerGraphFit.weights(window, 2, convolution));
    }

    @Property(tries = 500)
    void dyadicNumbersAreNear(@ForAll @DoubleRange(min = -30, max = 30.9) double exponent) {
        double value = Math.pow(2, exponent);
        assertEquals(value, DyadicFit.value(DyadicFit.nearest(value)), value * 0x1p-31);
        if (exponent > -10) {
            assertEquals(value, DyadicFit.value(DyadicFit.nearest(value, 20)), Math.max(0x1p-21, value * 0x1p-31));
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        IntegerGraphFit fit = IntegerGraphFit.builder().format("other", INPUT).build();
        assertEquals(
                "the graph has no layer 'other' to give a format",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> fit.fit(heads(), INPUT, inputs(1, 2), List.of("mean")))
                        .getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> IntegerGraphFit.builder()
                        .format("mean", INPUT)
                        .build()
                        .fit(heads(), INPUT, inputs(1, 2), List.of("mean")));
        assertThrows(
                IllegalArgumentException.class,
                () -> IntegerGraphFit.builder().build().fit(heads(), INPUT, List.of(), List.of("mean")));
        assertThrows(
                IllegalArgumentException.class, () -> IntegerGraphFit.builder().activationBits(17));
        assertThrows(IllegalArgumentException.class, () -> DyadicFit.nearest(0));
        FloatGraph.Builder builder = FloatGraph.builder(3);
        assertThrows(
                IllegalArgumentException.class, () -> builder.add("a", linear(new SplittableRandom(1), 4, 2, false)));
        assertThrows(IllegalArgumentException.class, () -> builder.add("a", new FloatGraph.Relu(), "b"));
        assertThrows(IllegalArgumentException.class, () -> builder.add("input", new FloatGraph.Relu()));
        assertThrows(IllegalArgumentException.class, () -> builder.add("a", new FloatGraph.Addition()));
    }

    @Test
    void theGraphIsReadyToRun() {
        IntegerGraph graph = IntegerGraphFit.builder()
                .build()
                .fit(heads(), INPUT, inputs(1, 5), List.of("scale"))
                .graph();
        assertEquals(6, graph.outputSize());
    }
}
