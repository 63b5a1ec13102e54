package dev.tessera.vqmodels.lowbit.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BitPlaneMatrixTest {
    private static final List<BitPlaneKernels> TWINS = List.of(BitPlaneKernels.scalar(), BitPlaneKernels.vector());

    private static List<ScalarFormat> formats() {
        List<ScalarFormat> formats = new ArrayList<>(List.of(ScalarFormat.binary(), ScalarFormat.ternary()));
        for (int bits = 2; bits <= 4; bits++) {
            for (int group : new int[] {16, 32, 80, 192, 512, ScalarFormat.WHOLE_ROW}) {
                formats.add(ScalarFormat.symmetric(bits, group));
                formats.add(ScalarFormat.affine(bits, group));
            }
        }
        return formats;
    }

    private static List<LowBitInputs> rounded(float[] x) {
        List<LowBitInputs> inputs = new ArrayList<>();
        for (int bits = 1; bits <= 2; bits++) {
            inputs.add(LowBitInputs.signed(x, bits));
            inputs.add(LowBitInputs.unsigned(x, bits));
        }
        return inputs;
    }

    private static QuantizedWeights quantized(WeightMatrix matrix, ScalarFormat format) {
        return RoundToNearest.standard(1).quantize(matrix, format);
    }

    /** Weights and inputs as they are rounded, in double precision; y may be off by what a few operations on floats are. */
    private static void checkProduct(QuantizedWeights weights, LowBitInputs inputs, float[] y, String what) {
        float[] dense = weights.dequantize();
        float[] x = inputs.dequantize();
        assertEquals(weights.rows(), y.length);
        for (int r = 0; r < y.length; r++) {
            double sum = 0;
            double magnitudes = 0;
            for (int c = 0; c < x.length; c++) {
                double product = (double) dense[r * x.length + c] * x[c];
                sum += product;
                magnitudes += Math.abs(product);
            }
            assertEquals(sum, y[r], 1e-6 * magnitudes, what);
        }
    }

    @Property(tries = 12)
    void productsAreThoseOfTheDequantizedWeightsAndInputs(
            @ForAll @IntRange(min = 1, max = 100) int rows, @ForAll @IntRange(min = 1, max = 700) int cols) {
        WeightMatrix matrix = Samples.matrix(cols, rows, cols);
        float[] x = Samples.inputs(rows, 1, cols);
        for (ScalarFormat format : formats()) {
            QuantizedWeights weights = quantized(matrix, format);
            BitPlaneMatrix scalar = BitPlaneMatrix.of(BitPlaneKernels.scalar(), weights);
            BitPlaneMatrix vector = BitPlaneMatrix.of(BitPlaneKernels.vector(), weights);
            for (LowBitInputs inputs : rounded(x)) {
                String what = format + ", inputs of " + inputs.bits() + " bits, signed: " + inputs.signed();
                float[] y = scalar.multiply(inputs, 1);
                checkProduct(weights, inputs, y, what);
                assertArrayEquals(y, vector.multiply(inputs, 1), what);
                assertArrayEquals(y, vector.multiply(inputs, 3), what);
            }
        }
    }

    /** Signs times signs are counts; scales of 1 and steps of 2 leave them as they are. */
    @Test
    void productsOfSignsAreExact() {
        int rows = 40;
        int cols = 1_000;
        float[] signs = new float[rows * cols];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = Integer.bitCount(i * 0x9E3779B9) % 2 == 0 ? 1 : -1;
        }
        QuantizedWeights weights = quantized(new WeightMatrix(rows, cols, signs), ScalarFormat.binary());
        assertArrayEquals(signs, weights.dequantize());
        LowBitInputs inputs = LowBitInputs.signed(Arrays.copyOfRange(signs, 7 * cols, 8 * cols), 1);
        for (BitPlaneKernels twin : TWINS) {
            float[] y = BitPlaneMatrix.of(twin, weights).multiply(inputs, 1);
            assertEquals(cols, y[7]);
            for (int r = 0; r < rows; r++) {
                int sum = 0;
                for (int c = 0; c < cols; c++) {
                    sum += (int) (signs[r * cols + c] * signs[7 * cols + c]);
                }
                assertEquals(sum, y[r]);
            }
        }
    }

    /** Bytes hold the largest counts that can occur: all bits of a whole step set, or different. */
    @Test
    void noCountOverflows() {
        int cols = 2 * LowBitInputs.STEP;
        float[] values = new float[cols];
        Arrays.fill(values, 1);
        for (int bits = 2; bits <= 4; bits++) {
            values[0] = -(1f / ((1 << bits - 1) - 1)) * (1 << bits - 1); // the lowest code, so that 1 is the highest
            QuantizedWeights weights = quantized(new WeightMatrix(1, cols, values), ScalarFormat.symmetric(bits, 512));
            float[] x = new float[cols];
            for (float input : new float[] {3, -3}) {
                Arrays.fill(x, input);
                for (int i = 0; i < cols; i += LowBitInputs.STEP) {
                    Arrays.fill(x, i, i + 16, input / 3); // so that 3 is an outer level
                }
                for (LowBitInputs inputs : List.of(LowBitInputs.signed(x, 2), LowBitInputs.unsigned(x, 2))) {
                    for (BitPlaneKernels twin : TWINS) {
                        checkProduct(
                                weights,
                                inputs,
                                BitPlaneMatrix.of(twin, weights).multiply(inputs, 1),
                                "" + bits);
                    }
                }
            }
        }
    }

    @Test
    void zerosGiveZeros() {
        QuantizedWeights weights = quantized(Samples.matrix(1, 40, 300), ScalarFormat.affine(2, 32));
        for (LowBitInputs inputs : rounded(new float[300])) {
            for (BitPlaneKernels twin : TWINS) {
                for (float y : BitPlaneMatrix.of(twin, weights).multiply(inputs, 1)) {
                    assertTrue(y == 0);
                }
            }
        }
    }

    @Test
    void refusals() {
        QuantizedWeights int8 = quantized(Samples.matrix(1, 4, 8), ScalarFormat.int8());
        assertEquals(
                "weights are int8, must be int4, int3, int2, ternary or binary",
                assertThrows(IllegalArgumentException.class, () -> BitPlaneMatrix.of(int8))
                        .getMessage());
        BitPlaneMatrix matrix = BitPlaneMatrix.of(quantized(Samples.matrix(1, 4, 8), ScalarFormat.ternary()));
        assertEquals(4, matrix.rows());
        assertEquals(8, matrix.cols());
        LowBitInputs seven = LowBitInputs.signed(new float[7], 2);
        assertEquals(
                "x has 7 values, must have 8",
                assertThrows(IllegalArgumentException.class, () -> matrix.multiply(seven, 1))
                        .getMessage());
        LowBitInputs eight = LowBitInputs.signed(new float[8], 2);
        assertEquals(
                "threads is 0, must be at least 1",
                assertThrows(IllegalArgumentException.class, () -> matrix.multiply(eight, 0))
                        .getMessage());
    }
}
