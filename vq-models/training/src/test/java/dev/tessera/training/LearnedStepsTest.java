package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.RotatedWeights;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.RotatedFit;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.ScaleRule;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights in few bits while they are trained: gradients of the paper, and the values of the file. */
class LearnedStepsTest {
    private static final int ROWS = 5;
    private static final int COLS = 70; // no multiple of a group, and blocks of 64, 4 and 2 for a rotation

    private static ScalarFormat format(String name, int group) {
        ScalarFormat standard = ScalarFormat.standard(WeightFormat.ofName(name).orElseThrow());
        return standard.affine() ? new ScalarFormat(standard.format(), group, true, standard.scaleType()) : standard;
    }

    private static QuantizedWeights quantized(ScalarFormat format, float[] values, boolean rotated) {
        WeightMatrix matrix = new WeightMatrix(ROWS, COLS, values);
        RoundToNearest method = RoundToNearest.of(ScaleRule.MIN_MSE, 1); // clips some
        return rotated
                ? RotatedFit.quantize(matrix, Optional.empty(), 1, (w, _) -> method.quantize(w, format))
                : method.quantize(matrix, format);
    }

    @ParameterizedTest
    @CsvSource({
        "int8, 0, false",
        "int4, 32, false",
        "int3, 16, true",
        "int2, 32, false",
        "int2, 32, true",
        "int2, 0, false",
        "ternary, 0, false",
        "ternary, 0, true"
    })
    void theTrainedWeightsAreThoseOfTheFile(String name, int group, boolean rotated) {
        float[] values = Gradients.random(ROWS * COLS, 0.1, 4);
        QuantizedWeights start = quantized(format(name, group), values, rotated);
        ParameterStore store = new ParameterStore();
        LearnedSteps learned = new LearnedSteps("w", LowBitState.of("w", start, values), store, ROWS, COLS);
        store.seal();
        assertArrayEquals(start.dequantize(), current(learned), "before the first step");

        float[] wanted = Gradients.random(ROWS * COLS, 0.1, 5);
        AdamW optimizer = new AdamW(0.9, 0.99, 1e-10, 0, Double.MAX_VALUE);
        for (int step = 1; step <= 20; step++) {
            try (PointerScope _ = new PointerScope()) {
                store.gradients().zero_();
                learned.refresh();
                Tensors.meanSquaredError(learned.latents().value(), Tensors.of(wanted, ROWS, COLS))
                        .backward();
                optimizer.step(store, step, 0.05);
            }
        }
        QuantizedWeights end = learned.state().weights();
        assertArrayEquals(current(learned), end.dequantize(), "after the last step");
        assertEquals(start.bytes(), end.bytes());
        assertEquals(rotated, end instanceof RotatedWeights);
        assertTrue(distance(wanted, end.dequantize()) < distance(wanted, start.dequantize()), "it learnt");
    }

    private static float[] current(LearnedSteps learned) {
        try (PointerScope _ = new PointerScope()) {
            learned.refresh();
            return Tensors.floats(learned.latents().value());
        }
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += ((double) a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    /**
     * With the rounding (v / s + z) - round(v / s + z) held at what it is, a value is a smooth function of v, s and z; its differences are
     * the gradients of the paper, but for 1 / sqrt(N Q).
     */
    @ParameterizedTest
    @CsvSource({"int3, 32", "int2, 0", "ternary, 0"})
    void gradientsAreDifferencesWithTheRoundingHeld(String name, int group) {
        ScalarFormat format = format(name, group);
        float[] values = Gradients.random(ROWS * COLS, 0.1, 4);
        LowBitState state = LowBitState.of("w", quantized(format, values, false), values);
        float[] weight = Gradients.random(ROWS * COLS, 1, 6); // the loss is the sum of weight x value
        ParameterStore store = new ParameterStore();
        LearnedSteps learned = new LearnedSteps("w", state, store, ROWS, COLS);
        store.seal();
        try (PointerScope _ = new PointerScope()) {
            learned.refresh();
            learned.latents().value().mul(Tensors.of(weight, ROWS, COLS)).sum().backward();
        }
        ScalarWeights dense = state.dense();
        int length = format.groupLength(COLS);
        int groups = format.groups(COLS);
        double[] steps = new double[ROWS * groups];
        double[] zeros = new double[ROWS * groups];
        double h = 1e-4;
        float[] ofLatents = gradient(store, "w");
        int clipped = 0;
        for (int i = 0; i < values.length; i++) {
            int g = i / COLS * groups + i % COLS / length;
            double s = dense.scales().get(i / COLS, i % COLS / length);
            double z = dense.zero(i / COLS, i % COLS / length);
            double v = state.latents()[i];
            double place = v / s + z;
            double held = Math.rint(place) - place;
            boolean outside = place < state.first() || place > state.last();
            clipped += outside ? 1 : 0;
            double level = Math.clamp(Math.rint(place), state.first(), state.last());
            Value value = (vv, ss, zz) -> outside ? ss * (level - zz) : ss * (vv / ss + zz + held - zz);
            assertEquals(weight[i] * (value.of(v + h, s, z) - value.of(v - h, s, z)) / (2 * h), ofLatents[i], 1e-3);
            steps[g] += weight[i] * (value.of(v, s + h * s, z) - value.of(v, s - h * s, z)) / (2 * h * s);
            zeros[g] += weight[i] * (value.of(v, s, z + h) - value.of(v, s, z - h)) / (2 * h);
        }
        assertTrue(clipped > 0 && clipped < values.length / 2, clipped + " are clipped");
        double factor = 1 / Math.sqrt((double) length * state.last());
        float[] ofSteps = gradient(store, "w.steps");
        for (int g = 0; g < steps.length; g++) {
            assertEquals(factor * steps[g], ofSteps[g], 1e-3, "step " + g);
            if (format.affine()) {
                assertEquals(zeros[g], gradient(store, "w.zeros")[g], 1e-3, "zero point " + g);
            }
        }
    }

    /** A value as a function of latent, step and zero point. */
    private interface Value {
        double of(double v, double s, double z);
    }

    private static float[] gradient(ParameterStore store, String name) {
        Parameter parameter = store.parameters().stream()
                .filter(p -> p.name.equals(name))
                .findFirst()
                .orElseThrow();
        return Tensors.floats(parameter.tensor().grad());
    }

    /** Three ternary weights with step 1: one inside that rounds up by 0.2, one clipped above, one clipped below. */
    @Test
    void gradientOfTheStepByHand() {
        float[] values = {0.8f, 1.8f, -2.5f};
        LowBitState state = LowBitState.of(
                "w",
                RoundToNearest.of(ScaleRule.ABSMEAN, 1)
                        .quantize(new WeightMatrix(1, 3, new float[] {1, 1, -1}), ScalarFormat.ternary()),
                values);
        ParameterStore store = new ParameterStore();
        LearnedSteps learned = new LearnedSteps("w", state, store, 1, 3);
        store.seal();
        try (PointerScope _ = new PointerScope()) {
            learned.refresh();
            Tensor weights = learned.latents().value();
            assertArrayEquals(new float[] {1, 1, -1}, Tensors.floats(weights));
            weights.mul(Tensors.of(new float[] {1, 10, 100}, 1, 3)).sum().backward();
        }
        assertArrayEquals(new float[] {1, 0, 0}, gradient(store, "w"), 1e-6f);
        double byHand = (1 - 0.8) * 1 + 1 * 10 - 1 * 100;
        assertEquals(byHand / Math.sqrt(3 * 1), gradient(store, "w.steps")[0], 1e-4);
    }

    @Test
    void weightsWithoutStepsAreRefused() {
        float[] values = Gradients.random(ROWS * COLS, 0.1, 4);
        QuantizedWeights floats = quantized(ScalarFormat.nf4(), values, false);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> LowBitState.of("w", floats, values));
        assertEquals("the weights 'w' are nf4, must be int8, int4, int3, int2 or ternary", refused.getMessage());
    }
}
