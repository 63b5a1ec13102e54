package dev.tessera.vqmodels.lowbit.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.TernaryWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IntMatrixTest {
    private static List<IntKernels> twins(ScalarFormat format) {
        int bits = format.format().codeBits() == 2 ? 2 : 4;
        return List.of(IntKernels.scalar(bits), IntKernels.vector(bits));
    }

    private static List<ScalarFormat> formats() {
        List<ScalarFormat> formats = new ArrayList<>();
        for (int bits = 2; bits <= 4; bits++) {
            for (int group : new int[] {16, 32, 80, 128, 192, ScalarFormat.WHOLE_ROW}) {
                formats.add(ScalarFormat.symmetric(bits, group));
                formats.add(ScalarFormat.affine(bits, group));
            }
        }
        formats.add(ScalarFormat.ternary());
        return formats;
    }

    private static ScalarWeights quantized(WeightMatrix matrix, ScalarFormat format) {
        return RoundToNearest.standard(1).quantize(matrix, format);
    }

    private static double level(ScalarWeights weights, int row, int col, int group) {
        return weights.code(row, col) - (weights instanceof TernaryWeights ? 1 : (double) weights.zero(row, group));
    }

    /** The definition, in exact sums; inputs of a step: the most up to 128 that divide the group. */
    private static float[] defined(ScalarWeights weights, float[] x) {
        int group =
                weights.scales().groups() == 1 ? 128 : weights.scalarFormat().groupSize();
        int length = Math.min(group, 128);
        while (group % length != 0) {
            length -= 16;
        }
        float[] y = new float[weights.rows()];
        for (int from = 0; from < x.length; from += length) {
            int to = Math.min(from + length, x.length);
            float most = 0;
            for (int c = from; c < to; c++) {
                most = Math.max(most, Math.abs(x[c]));
            }
            for (int r = 0; r < y.length; r++) {
                int g = weights.scales().groups() == 1 ? 0 : from / group;
                double found = 0;
                for (int c = from; c < to; c++) {
                    found += level(weights, r, c, g) * Math.rint(x[c] * (127 / most));
                }
                y[r] = Math.fma(most / 127 * (float) found, weights.scales().get(r, g), y[r]);
            }
        }
        return y;
    }

    @Property(tries = 12)
    void twinsAndThreadsGiveTheBitsOfTheDefinition(
            @ForAll @IntRange(min = 1, max = 200) int rows, @ForAll @IntRange(min = 1, max = 500) int cols) {
        WeightMatrix matrix = Samples.matrix(cols, rows, cols);
        float[] x = Samples.inputs(rows, 1, cols);
        for (ScalarFormat format : formats()) {
            ScalarWeights weights = quantized(matrix, format);
            float[] expected = defined(weights, x);
            for (IntKernels twin : twins(weights.scalarFormat())) {
                assertArrayEquals(expected, IntMatrix.of(twin, weights).multiply(x, 1), format.toString());
                assertArrayEquals(expected, IntMatrix.of(twin, weights).multiply(x, 3), format.toString());
            }
        }
    }

    @Test
    void productsAreThoseOfTheDequantizedWeights() {
        int cols = 1_100;
        WeightMatrix matrix = Samples.matrix(1, 100, cols);
        float[] x = Samples.inputs(3, 1, cols);
        for (ScalarFormat format : formats()) {
            ScalarWeights weights = quantized(matrix, format);
            float[] dense = weights.dequantize();
            float[] y = LowBitMatrix.of(weights).multiply(x, 1);
            double difference = 0;
            double length = 0;
            for (int r = 0; r < y.length; r++) {
                double sum = 0;
                for (int c = 0; c < cols; c++) {
                    sum += (double) dense[r * cols + c] * x[c];
                }
                difference += Math.pow(sum - y[r], 2);
                length += sum * sum;
            }
            double error = Math.sqrt(difference / length);
            assertTrue(error < 0.02, format + " has an error of " + error);
        }
    }

    /** Sums of 16 bits hold the largest that can occur: codes of 15 and inputs of 127 of one sign. */
    @Test
    void largestProductsOfEitherSignAreExact() {
        int cols = 256;
        float[] values = new float[cols];
        Arrays.fill(values, 1);
        values[0] = -8f / 7; // the lowest code of a symmetric format, so that 1 is the highest
        ScalarWeights weights = quantized(new WeightMatrix(1, cols, values), ScalarFormat.symmetric(4, 256));
        assertEquals(15, weights.code(0, 1));
        float[] x = new float[cols];
        for (float input : new float[] {127, -127}) {
            Arrays.fill(x, 128, cols, input);
            float expected = 7 * 128 * input * weights.scales().get(0, 0);
            for (IntKernels twin : twins(weights.scalarFormat())) {
                assertEquals(expected, IntMatrix.of(twin, weights).multiply(x, 1)[0]);
            }
        }
    }

    @Test
    void refusals() {
        LowBitMatrix matrix = LowBitMatrix.of(quantized(Samples.matrix(1, 4, 8), ScalarFormat.affine(4, 32)));
        assertInstanceOf(IntMatrix.class, matrix);
        assertEquals(
                "x has 7 values, must have 8",
                assertThrows(IllegalArgumentException.class, () -> matrix.multiply(new float[7], 1))
                        .getMessage());
    }
}
