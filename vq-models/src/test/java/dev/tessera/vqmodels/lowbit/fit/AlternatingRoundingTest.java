package dev.tessera.vqmodels.lowbit.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;

class AlternatingRoundingTest {
    private static final int COLS = 96;
    private static final WeightMatrix WEIGHTS = Samples.matrix(41, 20, COLS);
    private static final Hessian HESSIAN = Hessian.of(COLS, Samples.inputs(42, 500, COLS), 1);
    private static final Hessian HELD_OUT = Hessian.of(COLS, Samples.inputs(43, 500, COLS), 1);

    private static Gptq gptq() {
        return Gptq.builder(HESSIAN).scaleRule(ScaleRule.MIN_MSE).threads(2).build();
    }

    @Test
    void lessErrorThanCoordinateDescentAlone() {
        for (ScalarFormat format : List.of(
                ScalarFormat.affine(2, 32),
                ScalarFormat.symmetric(2, ScalarFormat.WHOLE_ROW),
                ScalarFormat.affine(3, 16),
                ScalarFormat.ternary())) {
            float[] eased = new QuantEase(HESSIAN, gptq(), 20, 2)
                    .quantize(WEIGHTS, format)
                    .dequantize();
            float[] learned = new AlternatingRounding(HESSIAN, gptq(), 10, 2)
                    .quantize(WEIGHTS, format)
                    .dequantize();
            double seen = HESSIAN.outputError(WEIGHTS, learned) / HESSIAN.outputError(WEIGHTS, eased);
            double heldOut = HELD_OUT.outputError(WEIGHTS, learned) / HELD_OUT.outputError(WEIGHTS, eased);
            assertTrue(seen < 0.985, format + " " + seen);
            assertTrue(heldOut < 1, format + " held out " + heldOut);
        }
    }

    /** Scales and zero points of a row are the solution of the normal equations, but for the grid. */
    @Test
    void refitIsLeastSquares() {
        ScalarFormat format = ScalarFormat.affine(3, 32);
        byte[] codes = new byte[COLS];
        float[] scales = new float[3];
        byte[] zeros = new byte[3];
        RealMatrix basis = new Array2DRowRealMatrix(COLS, 6);
        for (int col = 0; col < COLS; col++) {
            codes[col] = (byte) Math.clamp(Math.round(WEIGHTS.get(3, col) / 0.03 + 3.5), 0, 7);
            basis.setEntry(col, 2 * (col / 32), codes[col]);
            basis.setEntry(col, 2 * (col / 32) + 1, -1);
        }
        Arrays.fill(scales, 0.03f);
        Arrays.fill(zeros, (byte) (3.5 * 32));
        RealMatrix s = new Array2DRowRealMatrix(COLS, COLS);
        double[] w = new double[COLS];
        for (int a = 0; a < COLS; a++) {
            w[a] = WEIGHTS.get(3, a);
            for (int b = 0; b < COLS; b++) {
                s.setEntry(a, b, HESSIAN.get(a, b));
            }
        }
        RealMatrix normal = basis.transpose().multiply(s).multiply(basis);
        double[] solution = new LUDecomposition(normal)
                .getSolver()
                .solve(new ArrayRealVector(basis.transpose().multiply(s).operate(w)))
                .toArray();
        RowDescent row = new RowDescent(HESSIAN, format, WEIGHTS, 3, codes, scales, zeros);
        double before = row.error();
        row.refit(ScaleGrid.of(ScaleType.HALF, 0.1));
        assertTrue(row.error() < before, row.error() + " " + before);
        for (int g = 0; g < 3; g++) {
            assertEquals(solution[2 * g], scales[g], 1e-3 * solution[2 * g]);
            assertEquals(solution[2 * g + 1] / solution[2 * g], (zeros[g] & 0xFF) / 32.0, 0.02);
        }
        double error = row.error();
        row.refit(ScaleGrid.of(ScaleType.HALF, 0.1));
        assertEquals(error, row.error(), 1e-9 * error, "nothing is left to gain");
    }

    @Test
    void otherScalesStayThoseOfTheStart() {
        for (ScalarFormat format : List.of(ScalarFormat.nf4(), ScalarFormat.mxfp4(), ScalarFormat.nvfp4())) {
            assertArrayEquals(
                    new QuantEase(HESSIAN, gptq(), 20, 1)
                            .quantize(WEIGHTS, format)
                            .dequantize(),
                    new AlternatingRounding(HESSIAN, gptq(), 10, 1)
                            .quantize(WEIGHTS, format)
                            .dequantize());
        }
    }

    @Test
    void inputsThatAreAlwaysZeroAndRowsOfZerosDoNoHarm() {
        Hessian nothing = Hessian.of(COLS, new float[COLS], 1);
        WeightMatrix zeros = new WeightMatrix(2, COLS, new float[2 * COLS]);
        for (ScalarFormat format : List.of(ScalarFormat.affine(2, 32), ScalarFormat.ternary())) {
            Gptq start = Gptq.builder(nothing).threads(1).build();
            assertArrayEquals(
                    start.quantize(WEIGHTS, format).dequantize(),
                    new AlternatingRounding(nothing, start, 3, 1)
                            .quantize(WEIGHTS, format)
                            .dequantize());
            assertArrayEquals(
                    zeros.values(),
                    new AlternatingRounding(HESSIAN, gptq(), 3, 1)
                            .quantize(zeros, format)
                            .dequantize());
        }
    }

    @Test
    void threadsDoNotMatter() {
        ScalarFormat format = ScalarFormat.affine(2, 16);
        float[] one = new AlternatingRounding(HESSIAN, gptq(), 5, 1)
                .quantize(WEIGHTS, format)
                .dequantize();
        assertArrayEquals(
                one,
                new AlternatingRounding(HESSIAN, gptq(), 5, 3)
                        .quantize(WEIGHTS, format)
                        .dequantize());
    }
}
