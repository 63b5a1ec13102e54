package dev.tessera.vqmodels.lowbit.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScalarCodes;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;

/** GPTQ and coordinate descent against their definitions, and what they gain over rounding to nearest. */
class CalibratedMethodsTest {
    private static final int ROWS = 24;
    private static final int COLS = 128;
    private static final WeightMatrix WEIGHTS = Samples.matrix(21, ROWS, COLS);
    private static final Hessian HESSIAN = Hessian.of(COLS, Samples.inputs(22, 600, COLS), 1);
    private static final Hessian HELD_OUT = Hessian.of(COLS, Samples.inputs(23, 600, COLS), 1);

    @Test
    void hessianIsTheSumOfOuterProducts() {
        float[] x = Samples.inputs(1, 40, 6);
        Hessian hessian = Hessian.of(6, x, 3);
        for (int a = 0; a < 6; a++) {
            for (int b = 0; b < 6; b++) {
                double sum = 0;
                for (int i = 0; i < 40; i++) {
                    sum += (double) x[6 * i + a] * x[6 * i + b];
                }
                assertEquals(sum, hessian.get(a, b), 1e-9);
                assertEquals(2 * sum, hessian.plus(hessian).get(a, b), 1e-9);
            }
        }
        WeightMatrix w = Samples.matrix(2, 3, 6);
        float[] q = Samples.matrix(3, 3, 6).values();
        double error = 0;
        for (int i = 0; i < 40; i++) {
            for (int row = 0; row < 3; row++) {
                double y = 0;
                for (int a = 0; a < 6; a++) {
                    y += (w.get(row, a) - (double) q[6 * row + a]) * x[6 * i + a];
                }
                error += y * y;
            }
        }
        assertEquals(error, hessian.outputError(w, q), 1e-9 * error);
        assertThrows(IllegalArgumentException.class, () -> Hessian.of(6, new float[7], 1));
    }

    /**
     * Optimal brain quantization (Frantar et al. 2022, equation 2): after each weight the inverse Hessian of those that
     * are left is
     * computed anew, by LU decomposition.
     */
    private static byte[] naiveGptq(WeightMatrix weights, Hessian hessian, ScalarCodes scales, int[] order) {
        int n = weights.cols();
        ScalarFormat format = scales.format();
        double mean = Arrays.stream(hessian.diagonal()).sum() / n;
        double[][] h = new double[n][n];
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                h[a][b] = hessian.get(order[a], order[b]) + (a == b ? 0.01 * mean : 0);
            }
        }
        byte[] codes = new byte[weights.rows() * n];
        double[][] w = new double[weights.rows()][n];
        for (int row = 0; row < w.length; row++) {
            for (int a = 0; a < n; a++) {
                w[row][a] = weights.get(row, order[a]);
            }
        }
        for (int j = 0; j < n; j++) {
            RealMatrix left = new Array2DRowRealMatrix(h).getSubMatrix(j, n - 1, j, n - 1);
            RealMatrix inverse = new LUDecomposition(left).getSolver().getInverse();
            int group = order[j] / format.groupLength(n);
            for (int row = 0; row < w.length; row++) {
                float scale = scales.scales().get(row, group);
                float zero = format.zero(
                        scales.zeros().length == 0 ? 0 : scales.zeros()[row * format.groups(n) + group] & 0xFF);
                int code = format.nearest(w[row][j] / scale + zero);
                codes[row * n + order[j]] = (byte) code;
                double error = (w[row][j] - scale * (format.level(code) - zero)) / inverse.getEntry(0, 0);
                for (int k = j; k < n; k++) {
                    w[row][k] -= error * inverse.getEntry(0, k - j);
                }
            }
        }
        return codes;
    }

    @Test
    void gptqIsOptimalBrainQuantization() {
        WeightMatrix weights = Samples.matrix(31, 20, 40);
        Hessian hessian = Hessian.of(40, Samples.inputs(32, 100, 40), 1);
        double[] diagonal = hessian.diagonal();
        int[] natural = IntStream.range(0, 40).toArray();
        int[] falling = IntStream.range(0, 40)
                .boxed()
                .sorted((a, b) -> Double.compare(diagonal[b], diagonal[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (ScalarFormat format : List.of(
                ScalarFormat.affine(3, 16), ScalarFormat.symmetric(2, 32), ScalarFormat.nf4(), ScalarFormat.fp8())) {
            for (boolean actOrder : new boolean[] {false, true}) {
                ScalarCodes found = Gptq.builder(hessian)
                        .actOrder(actOrder)
                        .threads(2)
                        .build()
                        .quantize(weights, format)
                        .unpack();
                byte[] expected = naiveGptq(weights, hessian, found, actOrder ? falling : natural);
                assertArrayEquals(expected, found.codes(), format + " " + actOrder);
            }
        }
    }

    /** Without order of activation a scale follows the weights as they are when its group is entered. */
    @Test
    void firstGroupHasTheScalesOfTheOriginalAndLaterOnesTheirOwn() {
        ScalarFormat format = ScalarFormat.symmetric(3, 32);
        ScalarWeights plain = RoundToNearest.standard(1).quantize(WEIGHTS, format);
        ScalarWeights gptq = Gptq.builder(HESSIAN).build().quantize(WEIGHTS, format);
        ScalarWeights ordered = Gptq.builder(HESSIAN).actOrder(true).build().quantize(WEIGHTS, format);
        int changed = 0;
        for (int row = 0; row < ROWS; row++) {
            assertEquals(plain.scales().get(row, 0), gptq.scales().get(row, 0));
            for (int group = 0; group < 4; group++) {
                assertEquals(plain.scales().get(row, group), ordered.scales().get(row, group));
                changed += plain.scales().get(row, group) == gptq.scales().get(row, group) ? 0 : 1;
            }
        }
        assertTrue(changed > 50, changed + " of 72");
    }

    /**
     * QuantEase, equation 8: q_j = quant([(W S)_j - sum over k != j of q_k S_kj] / S_jj), from nothing but the
     * definition.
     */
    @Test
    void quantEaseIsCoordinateDescent() {
        WeightMatrix weights = Samples.matrix(41, 6, 30);
        Hessian s = Hessian.of(30, Samples.inputs(42, 80, 30), 1);
        ScalarFormat format = ScalarFormat.affine(2, 16);
        ScalarCodes start = RoundToNearest.standard(1).quantize(weights, format).unpack();
        ScalarCodes found = new QuantEase(s, RoundToNearest.standard(1), 3, 2)
                .quantize(weights, format)
                .unpack();
        float[] q = ScalarWeights.of(start).dequantize();
        byte[] codes = start.codes().clone();
        for (int sweep = 0; sweep < 3; sweep++) {
            for (int row = 0; row < 6; row++) {
                for (int j = 0; j < 30; j++) {
                    double target = 0;
                    for (int k = 0; k < 30; k++) {
                        target += weights.get(row, k) * s.get(k, j);
                        target -= k == j ? 0 : q[row * 30 + k] * s.get(k, j);
                    }
                    float scale = start.scales().get(row, j / 16);
                    float zero = format.zero(start.zeros()[row * 2 + j / 16] & 0xFF);
                    int code = format.nearest(target / s.get(j, j) / scale + zero);
                    codes[row * 30 + j] = (byte) code;
                    q[row * 30 + j] = scale * (format.level(code) - zero);
                }
            }
        }
        assertArrayEquals(codes, found.codes());
    }

    private record Gain(double calibration, double heldOut) {}

    /** Which part of the output error of {@code base} is gone. */
    private static Gain gain(ScalarWeights base, ScalarWeights better) {
        return new Gain(
                1 - HESSIAN.outputError(WEIGHTS, better.dequantize()) / HESSIAN.outputError(WEIGHTS, base.dequantize()),
                1
                        - HELD_OUT.outputError(WEIGHTS, better.dequantize())
                                / HELD_OUT.outputError(WEIGHTS, base.dequantize()));
    }

    @Test
    void outputErrorFallsByAQuarterAt3BitsAndByAThirdAt2() {
        for (int bits = 2; bits <= 3; bits++) {
            double least = bits == 3 ? 0.25 : 0.35;
            for (ScalarFormat format : List.of(
                    ScalarFormat.affine(bits, 32), ScalarFormat.affine(bits, 128), ScalarFormat.symmetric(bits, 32))) {
                for (ScaleRule rule : List.of(ScaleRule.ABSMAX, ScaleRule.MIN_MSE)) {
                    RoundToNearest nearest = RoundToNearest.of(rule, 1);
                    ScalarWeights base = nearest.quantize(WEIGHTS, format);
                    for (boolean actOrder : new boolean[] {false, true}) {
                        Gptq gptq = Gptq.builder(HESSIAN)
                                .scaleRule(rule)
                                .actOrder(actOrder)
                                .threads(1)
                                .build();
                        ScalarWeights plain = gptq.quantize(WEIGHTS, format);
                        ScalarWeights refined = new QuantEase(HESSIAN, gptq, 20, 1).quantize(WEIGHTS, format);
                        check(least, gain(base, plain), format + " " + gptq);
                        check(least, gain(base, refined), format + " QuantEase after " + gptq);
                        assertTrue(HESSIAN.outputError(WEIGHTS, refined.dequantize())
                                <= HESSIAN.outputError(WEIGHTS, plain.dequantize()));
                    }
                    ScalarWeights descended = new QuantEase(HESSIAN, nearest, 20, 1).quantize(WEIGHTS, format);
                    check(least, gain(base, descended), format + " QuantEase " + rule);
                }
            }
        }
    }

    private static void check(double least, Gain gain, String what) {
        assertTrue(gain.calibration() >= least && gain.heldOut() >= least, what + " " + gain);
    }

    @Test
    void everyScalarFormatGains() {
        for (ScalarFormat format : Samples.scalarFormats()) {
            ScalarWeights base = RoundToNearest.standard(1).quantize(WEIGHTS, format);
            ScalarWeights gptq = Gptq.builder(HESSIAN).threads(1).build().quantize(WEIGHTS, format);
            ScalarWeights eased = new QuantEase(HESSIAN, RoundToNearest.standard(1), 20, 1).quantize(WEIGHTS, format);
            assertTrue(gain(base, gptq).heldOut() > 0.1, format + " " + gain(base, gptq));
            assertTrue(gain(base, eased).heldOut() > 0.1, format + " " + gain(base, eased));
        }
    }

    @Test
    void inputsThatAreAlwaysZeroAreRounded() {
        float[] x = Samples.inputs(5, 60, 32);
        for (int i = 0; i < 60; i++) {
            x[32 * i + 3] = 0;
            x[32 * i + 31] = 0;
        }
        Hessian hessian = Hessian.of(32, x, 1);
        WeightMatrix weights = Samples.matrix(6, 5, 32);
        ScalarFormat format = ScalarFormat.int8();
        ScalarWeights nearest = RoundToNearest.standard(1).quantize(weights, format);
        ScalarWeights gptq = Gptq.builder(hessian).build().quantize(weights, format);
        ScalarWeights eased = new QuantEase(hessian, RoundToNearest.standard(1), 5, 1).quantize(weights, format);
        for (int row = 0; row < 5; row++) {
            for (int col : new int[] {3, 31}) {
                assertEquals(nearest.code(row, col), gptq.code(row, col));
                assertEquals(nearest.code(row, col), eased.code(row, col));
            }
        }
        Hessian nothing = Hessian.of(32, new float[32], 1);
        assertArrayEquals(
                nearest.packed(),
                Gptq.builder(nothing).build().quantize(weights, format).packed());
    }

    @Test
    void threadsDoNotMatter() {
        ScalarFormat format = ScalarFormat.affine(3, 32);
        for (int threads : new int[] {1, 3}) {
            Gptq gptq = Gptq.builder(HESSIAN).threads(threads).build();
            assertArrayEquals(
                    Gptq.builder(HESSIAN)
                            .threads(2)
                            .build()
                            .quantize(WEIGHTS, format)
                            .dequantize(),
                    gptq.quantize(WEIGHTS, format).dequantize());
            assertArrayEquals(
                    new QuantEase(HESSIAN, gptq, 9, 2).quantize(WEIGHTS, format).dequantize(),
                    new QuantEase(HESSIAN, gptq, 9, threads)
                            .quantize(WEIGHTS, format)
                            .dequantize());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> Gptq.builder(HESSIAN).build().quantize(Samples.matrix(1, 2, 3), format));
    }
}
