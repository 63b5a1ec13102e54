package dev.tessera.vqmodels.lowbit.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.Int8Weights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class Int8MatrixTest {
    private static final List<Int8Kernels> TWINS = List.of(Int8Kernels.scalar(), Int8Kernels.vector());

    private static Int8Weights weights(int rows, int cols, long seed) {
        return quantized(Samples.matrix(seed, rows, cols));
    }

    private static Int8Weights quantized(WeightMatrix matrix) {
        return (Int8Weights) RoundToNearest.standard(1).quantize(matrix, ScalarFormat.int8());
    }

    /** The definition, row by row, in sums of 64 bits. */
    private static float[] defined(Int8Weights weights, float[] x) {
        float[] y = new float[weights.rows()];
        for (int r = 0; r < y.length; r++) {
            float sum = 0;
            for (int from = 0; from < x.length; from += 128) {
                int to = Math.min(from + 128, x.length);
                float most = 0;
                for (int c = from; c < to; c++) {
                    most = Math.max(most, Math.abs(x[c]));
                }
                long found = 0;
                for (int c = from; c < to; c++) {
                    found += (long) (byte) weights.code(r, c) * Math.round(Math.rint(x[c] * (127 / most)));
                }
                sum = Math.fma(most / 127, found, sum);
            }
            y[r] = sum * weights.scales().get(r, 0);
        }
        return y;
    }

    @Property(tries = 40)
    void twinsAndThreadsGiveTheBitsOfTheDefinition(
            @ForAll @IntRange(min = 1, max = 400) int rows, @ForAll @IntRange(min = 1, max = 700) int cols) {
        Int8Weights weights = weights(rows, cols, cols);
        float[] x = Samples.inputs(rows, 1, cols);
        float[] expected = defined(weights, x);
        for (Int8Kernels twin : TWINS) {
            assertArrayEquals(expected, Int8Matrix.of(twin, weights).multiply(x, 1));
            assertArrayEquals(expected, Int8Matrix.of(twin, weights).multiply(x, 3));
        }
    }

    /** Nothing is lost but what rounding the inputs takes: uniform errors of up to half a step. */
    @Test
    void productsAreThoseOfTheDequantizedWeights() {
        int rows = 200;
        int cols = 1_100;
        Int8Weights weights = weights(rows, cols, 1);
        float[] x = Samples.inputs(3, 1, cols);
        float[] y = LowBitMatrix.of(weights).multiply(x, 1);
        float[] dense = weights.dequantize();
        double difference = 0;
        double expected = 0;
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int from = 0; from < cols; from += 128) {
                double most = 0;
                double squares = 0;
                for (int c = from; c < Math.min(from + 128, cols); c++) {
                    sum += (double) dense[r * cols + c] * x[c];
                    most = Math.max(most, Math.abs(x[c]));
                    squares += Math.pow(dense[r * cols + c], 2);
                }
                expected += squares * Math.pow(most / 127, 2) / 12;
            }
            difference += Math.pow(sum - y[r], 2);
        }
        double ratio = Math.sqrt(difference / expected);
        assertTrue(ratio > 0.8 && ratio < 1.2, ratio + " times the error of rounding");
    }

    @Test
    void largestProductsOfEitherSignAreExact() {
        int cols = 384;
        float[] values = new float[2 * cols];
        Arrays.fill(values, 0, cols, 1);
        Arrays.fill(values, cols, values.length, -1);
        Int8Weights weights = quantized(new WeightMatrix(2, cols, values));
        float[] x = new float[cols];
        Arrays.fill(x, 127);
        for (Int8Kernels twin : TWINS) {
            float[] y = Int8Matrix.of(twin, weights).multiply(x, 1);
            assertEquals(127 * 127 * cols * weights.scales().get(0, 0), y[0]);
            assertEquals(-127 * 127 * cols * weights.scales().get(1, 0), y[1]);
        }
    }

    @Test
    void aLargeInputCostsNothingBeyondItsGroup() {
        Int8Weights weights = weights(5, 256, 9);
        float[] x = Samples.inputs(2, 1, 256);
        float[] alone = x.clone();
        Arrays.fill(alone, 128, 256, 0);
        float[] spoilt = alone.clone();
        spoilt[200] = 1e6f;
        float[] onlyLarge = new float[256];
        onlyLarge[200] = 1e6f;
        float[] a = LowBitMatrix.of(weights).multiply(alone, 1);
        float[] b = LowBitMatrix.of(weights).multiply(spoilt, 1);
        float[] c = LowBitMatrix.of(weights).multiply(onlyLarge, 1);
        for (int r = 0; r < 5; r++) {
            assertEquals(a[r], b[r] - c[r], 0.1);
        }
    }

    @Test
    void zerosAndTheSmallestInputsGiveZeros() {
        Int8Weights weights = weights(40, 200, 4);
        float[] x = new float[200];
        assertArrayEquals(new float[40], LowBitMatrix.of(weights).multiply(x, 1));
        Arrays.fill(x, Float.MIN_VALUE);
        assertArrayEquals(new float[40], LowBitMatrix.of(weights).multiply(x, 1));
        Arrays.fill(x, 1e33f);
        for (float y : LowBitMatrix.of(weights).multiply(x, 1)) {
            assertTrue(Float.isFinite(y));
        }
    }

    @Test
    void refusals() {
        LowBitMatrix matrix = LowBitMatrix.of(weights(4, 8, 1));
        assertEquals(
                "x has 7 values, must have 8",
                assertThrows(IllegalArgumentException.class, () -> matrix.multiply(new float[7], 1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> matrix.multiply(new float[8], 0));
    }
}
