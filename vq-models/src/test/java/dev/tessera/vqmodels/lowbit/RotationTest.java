package dev.tessera.vqmodels.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.fit.Gptq;
import dev.tessera.vqmodels.lowbit.fit.Hessian;
import dev.tessera.vqmodels.lowbit.fit.RotatedFit;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotationTest {
    /** H D, from Sylvester's definition: entry (a, b) of a block is -1 to the number of ones that a and b share. */
    private static double[][] matrix(Rotation rotation) {
        int cols = rotation.cols();
        double[][] matrix = new double[cols][cols];
        for (int from = 0; from < cols; ) {
            int size = Integer.highestOneBit(cols - from);
            for (int a = 0; a < size; a++) {
                for (int b = 0; b < size; b++) {
                    int col = from + b;
                    boolean negated = (rotation.signs()[col / 8] & 1 << col % 8) != 0;
                    boolean odd = Integer.bitCount(a & b) % 2 == 1;
                    matrix[from + a][col] = odd == negated ? 1 : -1;
                }
            }
            from += size;
        }
        return matrix;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 48, 75, 192})
    void inputsAndWeightsAreThoseOfTheMatrix(int cols) {
        Rotation rotation = Rotation.random(cols, 5);
        double[][] matrix = matrix(rotation);
        WeightMatrix weights = Samples.matrix(1, 3, cols);
        float[] inputs = Samples.inputs(2, 4, cols);
        WeightMatrix rotated = rotation.rotate(weights);
        for (int i = 0; i < 4; i++) {
            double[] x = new double[cols];
            Arrays.setAll(x, col -> inputs[col]);
            double[] expected = new double[cols];
            for (int a = 0; a < cols; a++) {
                for (int b = 0; b < cols; b++) {
                    expected[a] += matrix[a][b] * x[b];
                }
            }
            rotation.rotate(x);
            assertArrayEquals(expected, x, 1e-9);
        }
        float[] back = rotated.values().clone();
        for (int row = 0; row < 3; row++) {
            for (int b = 0; b < cols; b++) {
                double sum = 0;
                for (int a = 0; a < cols; a++) {
                    sum += rotated.get(row, a) * matrix[a][b];
                }
                assertEquals(weights.get(row, b), sum, 1e-6);
            }
            rotation.undo(back, row * cols);
        }
        assertArrayEquals(weights.values(), back, 1e-6f);
    }

    @Test
    void hessianIsThatOfRotatedInputs() {
        Rotation rotation = Rotation.random(20, 3);
        float[] inputs = Samples.inputs(4, 50, 20);
        float[] rotated = new float[inputs.length];
        for (int i = 0; i < 50; i++) {
            double[] x = new double[20];
            for (int col = 0; col < 20; col++) {
                x[col] = inputs[20 * i + col];
            }
            rotation.rotate(x);
            for (int col = 0; col < 20; col++) {
                rotated[20 * i + col] = (float) x[col];
            }
        }
        Hessian expected = Hessian.of(20, rotated, 1);
        Hessian found = Hessian.of(20, inputs, 1).rotated(rotation);
        for (int a = 0; a < 20; a++) {
            for (int b = 0; b < 20; b++) {
                assertEquals(expected.get(a, b), found.get(a, b), 1e-4 * expected.get(a, a));
                assertEquals(found.get(a, b), found.get(b, a));
            }
        }
    }

    /** An input that matters more than all others in a group with weights that are larger: what rotations are for. */
    @Test
    void outliersAreSpread() {
        WeightMatrix weights = Samples.matrix(8, 32, 128);
        float[] inputs = Samples.inputs(9, 400, 128);
        for (int i = 5; i < inputs.length; i += 128) {
            inputs[i] *= 30;
        }
        for (int row = 0; row < 32; row++) {
            weights.values()[row * 128 + 6] *= 12;
        }
        Hessian hessian = Hessian.of(128, inputs, 1);
        RotatedFit.Fit nearest = (w, h) -> RoundToNearest.standard(1).quantize(w, ScalarFormat.affine(3, 32));
        RotatedFit.Fit gptq =
                (w, h) -> Gptq.builder(h.orElseThrow()).threads(1).build().quantize(w, ScalarFormat.affine(3, 32));
        for (RotatedFit.Fit fit : new RotatedFit.Fit[] {nearest, gptq}) {
            double plain = hessian.outputError(
                    weights, fit.quantize(weights, Optional.of(hessian)).dequantize());
            QuantizedWeights rotated = RotatedFit.quantize(weights, Optional.of(hessian), 1, fit);
            double error = hessian.outputError(weights, rotated.dequantize());
            assertTrue(error < 0.5 * plain, error + " of " + plain);
            assertTrue(RotatedFit.whereBetter(weights, Optional.of(hessian), 1, fit) instanceof RotatedWeights);
        }
    }

    @Test
    void whatIsExactStaysAsItIs() {
        float[] values = new float[64];
        for (int i = 0; i < values.length; i++) {
            values[i] = 127 * (i % 3 - 1);
        }
        WeightMatrix weights = new WeightMatrix(2, 32, values);
        QuantizedWeights kept = RotatedFit.whereBetter(
                weights,
                Optional.empty(),
                1,
                (w, h) -> RoundToNearest.standard(1).quantize(w, ScalarFormat.int8()));
        assertTrue(kept instanceof Int8Weights, kept.toString());
        assertArrayEquals(values, kept.dequantize());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        QuantizedWeights dense = RoundToNearest.standard(1).quantize(Samples.matrix(1, 2, 16), ScalarFormat.int8());
        assertThrows(IllegalArgumentException.class, () -> RotatedWeights.of(dense, Rotation.random(17, 1)));
        assertThrows(IllegalArgumentException.class, () -> new Rotation(17, new byte[2]));
        float[] large = new float[16];
        Arrays.fill(large, Float.MAX_VALUE / 2);
        QuantizedWeights huge =
                RoundToNearest.standard(1).quantize(new WeightMatrix(1, 16, large), ScalarFormat.binary());
        assertThrows(IllegalArgumentException.class, () -> RotatedWeights.of(huge, Rotation.random(16, 1)));
    }
}
