package dev.tessera.vqmodels.lowbit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.vqmodels.lowbit.fit.PqFit;
import dev.tessera.vqmodels.lowbit.fit.RoundToNearest;
import dev.tessera.vqmodels.lowbit.fit.Vq16Fit;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Products computed from the packed bytes in the way of the look-up kernels, tile by tile and block by block as
 * docs/formats/weights.md
 * lays them out, against products with dequantized weights.
 */
class PackedLayoutTest {
    private static final int ROWS = 37;
    private static final int COLS = 90;
    private static final WeightMatrix MATRIX = Samples.matrix(11, ROWS, COLS);
    private static final float[] X = padded(Samples.matrix(12, 1, COLS).values());

    private static float[] padded(float[] x) {
        return Arrays.copyOf(x, 256);
    }

    private static ScalarWeights quantized(ScalarFormat format) {
        return RoundToNearest.standard(1).quantize(MATRIX, format);
    }

    private static void check(QuantizedWeights weights, double[] found) {
        float[] w = weights.dequantize();
        for (int row = 0; row < ROWS; row++) {
            double expected = 0;
            for (int col = 0; col < COLS; col++) {
                expected += (double) w[row * COLS + col] * X[col];
            }
            assertEquals(expected, found[row], 1e-6, weights.format() + " row " + row);
        }
    }

    /** Row r of a tile is in byte 2 r, from row 8 on in byte 2 r - 15. */
    private static int rowOf(int tile, int slot) {
        return 16 * tile + (slot % 2 == 0 ? slot / 2 : 8 + slot / 2);
    }

    /** Sums of 4 inputs by their 4 bits. */
    private static double table(int from, int nibble) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
            sum += (nibble >> i & 1) * X[from + i];
        }
        return sum;
    }

    /** One plane after the other, Horner's rule is left to the kernel. */
    private static double[] byPlanes(ScalarWeights weights, int planes, float defaultZero, byte[] zeroCodes, int step) {
        double[] y = new double[48];
        int groups = weights.scales().groups();
        int length = weights.scalarFormat().groupLength(COLS);
        int position = 0;
        for (int tile = 0; tile < 3; tile++) {
            for (int block = 0; block < (COLS + 7) / 8; block++) {
                int group = block * 8 / length;
                double inputs = table(8 * block, 15) + table(8 * block + 4, 15);
                for (int plane = 0; plane < planes; plane++) {
                    for (int slot = 0; slot < 16; slot++) {
                        int bits = weights.packed()[position++] & 0xFF;
                        int row = rowOf(tile, slot);
                        float scale = weights.scales().tiled()[(tile * groups + group) * 16 + row % 16];
                        y[row] +=
                                scale * (1 << plane) * (table(8 * block, bits & 15) + table(8 * block + 4, bits >> 4));
                    }
                }
                for (int r = 0; r < 16; r++) {
                    int at = (tile * groups + group) * 16 + r;
                    double zero = zeroCodes.length == 0 ? defaultZero : (double) (zeroCodes[at] & 0xFF) / step;
                    y[16 * tile + r] -= weights.scales().tiled()[at] * zero * inputs;
                }
            }
        }
        assertEquals(weights.packed().length, position);
        return y;
    }

    @Test
    void planes() {
        for (int bits = 2; bits <= 4; bits++) {
            ScalarWeights symmetric = quantized(ScalarFormat.symmetric(bits, 32));
            check(symmetric, byPlanes(symmetric, bits, 1 << (bits - 1), new byte[0], 1));
            IntWeights affine = (IntWeights) quantized(ScalarFormat.affine(bits, 16));
            check(affine, byPlanes(affine, bits, 0, affine.zeroCodes(), 1 << (8 - bits)));
        }
        ScalarWeights ternary = quantized(ScalarFormat.ternary());
        check(ternary, byPlanes(ternary, 2, 1, new byte[0], 1));
        BinaryWeights binary = (BinaryWeights) quantized(ScalarFormat.binary());
        double[] y = byPlanes(binary, 1, 0.5f, new byte[0], 1);
        for (int row = 0; row < y.length; row++) {
            y[row] *= 2; // 2 q - 1
        }
        check(binary, y);
    }

    @Test
    void nibbles() {
        for (ScalarFormat format :
                new ScalarFormat[] {ScalarFormat.nf4(), ScalarFormat.nvfp4(), ScalarFormat.mxfp4()}) {
            Float4Weights weights = (Float4Weights) quantized(format);
            float[] levels = weights.levels();
            double[] y = new double[48];
            int position = 0;
            for (int tile = 0; tile < 3; tile++) {
                for (int pair = 0; pair < (COLS + 1) / 2; pair++) {
                    for (int slot = 0; slot < 16; slot++) {
                        int bits = weights.packed()[position++] & 0xFF;
                        int row = rowOf(tile, slot);
                        int group = 2 * pair / format.groupSize();
                        float scale = weights.scales()
                                .tiled()[(tile * weights.scales().groups() + group) * 16 + row % 16];
                        y[row] += (double) scale * levels[bits & 15] * X[2 * pair];
                        y[row] += (double) scale * levels[bits >> 4] * X[2 * pair + 1];
                    }
                }
            }
            assertEquals(weights.packed().length, position);
            check(weights, y);
        }
    }

    @Test
    void sixBits() {
        Fp6Weights weights = (Fp6Weights) quantized(ScalarFormat.fp6());
        double[] y = new double[48];
        byte[] packed = weights.packed();
        for (int tile = 0; tile < 3; tile++) {
            for (int block = 0; block < (COLS + 3) / 4; block++) {
                int at = (tile * ((COLS + 3) / 4) + block) * 48;
                for (int slot = 0; slot < 16; slot++) {
                    int row = rowOf(tile, slot);
                    for (int i = 0; i < 4; i++) {
                        int high = (packed[at + 16 * (i / 2) + slot] & 0xFF) >> 4 * (i % 2) & 15;
                        int low = (packed[at + 32 + slot] & 0xFF) >> 2 * i & 3;
                        float scale = weights.scales().tiled()[row];
                        y[row] += (double) scale * MiniFloat.E3M2.decode(high * 4 + low) * X[4 * block + i];
                    }
                }
            }
        }
        check(weights, y);
    }

    @Test
    void vectorsOf16() {
        for (int dim : new int[] {1, 2, 4}) {
            Vq16Weights weights = Vq16Fit.builder().dim(dim).threads(1).build().quantize(MATRIX);
            double[] y = new double[48];
            int position = 0;
            for (int tile = 0; tile < 3; tile++) {
                for (int block = 0; block * 2 * dim < COLS; block++) {
                    for (int slot = 0; slot < 16; slot++) {
                        int bits = weights.packed()[position++] & 0xFF;
                        int row = rowOf(tile, slot);
                        for (int half = 0; half < 2; half++) {
                            int code = half == 0 ? bits & 15 : bits >> 4;
                            for (int d = 0; d < dim; d++) {
                                y[row] += (double) weights.scales().tiled()[row]
                                        * weights.codebooks()[code * dim + d]
                                        * X[(2 * block + half) * dim + d];
                            }
                        }
                    }
                }
            }
            assertEquals(weights.packed().length, position);
            check(weights, y);
        }
    }

    @Test
    void productCodes() {
        for (boolean shared : new boolean[] {false, true}) {
            PqWeights weights =
                    PqFit.builder().dim(4).shared(shared).threads(1).build().quantize(MATRIX);
            double[] y = new double[ROWS];
            int position = 0;
            for (int block = 0; block < (weights.subspaces() + 7) / 8; block++) {
                for (int row = 0; row < ROWS; row++) {
                    for (int s = 0; s < 8; s++) {
                        int code = weights.packed()[position++] & 0xFF;
                        int subspace = 8 * block + s;
                        int book = shared || subspace >= weights.subspaces() ? 0 : subspace;
                        for (int d = 0; d < 4; d++) {
                            y[row] += (double) weights.scales().tiled()[row]
                                    * weights.codebooks()[(book * weights.codebookSize() + code) * 4 + d]
                                    * X[4 * subspace + d];
                        }
                    }
                }
            }
            assertEquals(weights.packed().length, position);
            check(weights, y);
        }
    }
}
