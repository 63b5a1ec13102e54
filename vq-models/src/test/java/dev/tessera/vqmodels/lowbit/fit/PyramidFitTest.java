package dev.tessera.vqmodels.lowbit.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.PyramidWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PyramidFitTest {
    private static final WeightMatrix MATRIX = Samples.matrix(5, 40, 96);

    /** A scale times integers whose magnitudes sum to the pulses: nothing is lost. */
    @Test
    void pointsOfThePyramidComeBack() {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[3 * 64];
        for (int group = 0; group < 6; group++) {
            float scale = 0.25f * (1 + group);
            for (int pulse = 0; pulse < 21; pulse++) {
                int at = group * 32 + random.nextInt(32);
                values[at] += (values[at] < 0 || values[at] == 0 && random.nextBoolean() ? -1 : 1) * scale;
            }
        }
        PyramidWeights made = PyramidFit.quantize(new WeightMatrix(3, 64, values), Optional.empty(), 1);
        assertArrayEquals(values, made.dequantize());
        assertEquals(32, made.dim());
        assertEquals(21, made.pulses());
    }

    /** Half a bit more than ternary weights, and less than integers of two bits in groups of the same size. */
    @Test
    void bitsAreWellSpent() {
        PyramidWeights made = PyramidFit.quantize(MATRIX, Optional.empty(), 1);
        double error = RotatedFit.error(MATRIX, Optional.empty(), made.dequantize());
        double ternary = RotatedFit.error(
                MATRIX,
                Optional.empty(),
                RoundToNearest.of(ScaleRule.MIN_MSE, 1)
                        .quantize(MATRIX, ScalarFormat.ternary())
                        .dequantize());
        assertTrue(error < 0.6 * ternary, error + " against " + ternary);
        assertEquals(2.6, made.bitsPerWeight(), 0.1); // the last tile of scales is not full
    }

    @Test
    void errorsAreMadeUpForOnAnyNumberOfThreads() {
        Hessian hessian = Hessian.of(96, Samples.inputs(6, 500, 96), 1);
        PyramidWeights plain = PyramidFit.quantize(MATRIX, Optional.empty(), 1);
        PyramidWeights made = PyramidFit.quantize(MATRIX, Optional.of(hessian), 1);
        double before = hessian.outputError(MATRIX, plain.dequantize());
        double after = hessian.outputError(MATRIX, made.dequantize());
        assertTrue(after < 0.6 * before, after + " after " + before);
        assertArrayEquals(
                made.dequantize(),
                PyramidFit.quantize(MATRIX, Optional.of(hessian), 3).dequantize());
    }

    @Test
    void zerosStayZeros() {
        PyramidWeights made = PyramidFit.quantize(new WeightMatrix(2, 40, new float[80]), Optional.empty(), 1);
        assertArrayEquals(new float[80], made.dequantize());
    }
}
