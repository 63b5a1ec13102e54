package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codebook.MultiScaleResidualQuantizer.Scale;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MultiScaleResidualQuantizerTest {
    private static final int H = 7;
    private static final int W = 10;
    private static final int D = 3;
    private static final List<Scale> SCALES =
            List.of(new Scale(1, 1), new Scale(2, 3), new Scale(4, 5), new Scale(H, W));

    private static Latents grid(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[H * W * D];
        for (int i = 0; i < H; i++) {
            for (int j = 0; j < W; j++) {
                for (int k = 0; k < D; k++) {
                    x[(i * W + j) * D + k] = (float) (5 + i * 0.5 - j * 0.3 * k + 0.2 * random.nextGaussian());
                }
            }
        }
        return Latents.of(new int[] {H, W}, D, x);
    }

    private static Codebook random(long seed, int size, double spread) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] codes = new float[size * D];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (float) (spread * random.nextGaussian());
        }
        return Codebook.of(size, D, codes);
    }

    /** The algorithm once more, in double and by weights: cell (r, c) takes overlapping cells alike. */
    @Test
    void agreesWithADirectImplementation() {
        List<Codebook> codebooks = List.of(random(1, 50, 5), random(2, 40, 2), random(3, 30, 1), random(4, 20, 0.5));
        MultiScaleResidualQuantizer quantizer = new MultiScaleResidualQuantizer(SCALES, codebooks);
        Latents grid = grid(9);
        List<Tokens> tokens = quantizer.quantize(grid);
        double[] residual = new double[H * W * D];
        for (int i = 0; i < residual.length; i++) {
            residual[i] = grid.data()[i];
        }
        double[] sum = new double[residual.length];
        for (int s = 0; s < SCALES.size(); s++) {
            int h = SCALES.get(s).height();
            int w = SCALES.get(s).width();
            double[][] codes = new double[h * w][];
            for (int r = 0; r < h; r++) {
                for (int c = 0; c < w; c++) {
                    double[] mean = new double[D];
                    int cells = 0;
                    for (int i = 0; i < H; i++) {
                        for (int j = 0; j < W; j++) {
                            boolean in = overlap(i, r, H, h) && overlap(j, c, W, w);
                            cells += in ? 1 : 0;
                            for (int k = 0; k < D && in; k++) {
                                mean[k] += residual[(i * W + j) * D + k];
                            }
                        }
                    }
                    for (int k = 0; k < D; k++) {
                        mean[k] /= cells;
                    }
                    int nearest = nearest(codebooks.get(s), mean);
                    assertEquals(nearest, tokens.get(s).index(0, r * w + c), "scale " + s + " at " + r + ", " + c);
                    codes[r * w + c] = new double[D];
                    for (int k = 0; k < D; k++) {
                        codes[r * w + c][k] = codebooks.get(s).get(nearest, k);
                    }
                }
            }
            for (int i = 0; i < H; i++) {
                for (int j = 0; j < W; j++) {
                    for (int r = 0; r < h; r++) {
                        for (int c = 0; c < w; c++) {
                            double weight = hat(i, r, H, h) * hat(j, c, W, w);
                            for (int k = 0; k < D; k++) {
                                residual[(i * W + j) * D + k] -= weight * codes[r * w + c][k];
                                sum[(i * W + j) * D + k] += weight * codes[r * w + c][k];
                            }
                        }
                    }
                }
            }
            float[] partial =
                    quantizer.dequantize(tokens.subList(0, s + 1), H, W).data();
            for (int i = 0; i < sum.length; i++) {
                assertEquals(sum[i], partial[i], 1e-4);
            }
        }
    }

    private static boolean overlap(int cell, int area, int extent, int areas) {
        return (cell + 1) * areas > area * extent && cell * areas < (area + 1) * extent;
    }

    /** Weight of coarse cell r at fine cell i: a triangle around its centre; the outermost stay 1 to the border. */
    private static double hat(int i, int r, int fine, int coarse) {
        double at = (i + 0.5) * coarse / fine - 0.5;
        at = Math.max(0, Math.min(coarse - 1, at));
        return Math.max(0, 1 - Math.abs(at - r));
    }

    private static int nearest(Codebook codebook, double[] x) {
        int nearest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < codebook.codebookSize(); j++) {
            double sum = 0;
            for (int k = 0; k < D; k++) {
                sum += Math.pow(x[k] - codebook.get(j, k), 2);
            }
            if (sum < least) {
                least = sum;
                nearest = j;
            }
        }
        return nearest;
    }

    @Test
    void aSharedCodebookIsThatOfEveryScale() {
        Codebook shared = random(6, 200, 3);
        Latents grid = grid(3);
        MultiScaleResidualQuantizer one = new MultiScaleResidualQuantizer(SCALES, List.of(shared));
        MultiScaleResidualQuantizer four =
                new MultiScaleResidualQuantizer(SCALES, List.of(shared, shared, shared, shared));
        List<Tokens> tokens = one.quantize(grid);
        assertEquals(four.quantize(grid), tokens);
        assertArrayEquals(
                four.dequantize(tokens, H, W).data(),
                one.dequantize(tokens, H, W).data());
    }

    @Test
    void onlyTheFullScaleIsAPlainQuantizer() {
        Codebook codebook = random(5, 30, 3);
        MultiScaleResidualQuantizer quantizer =
                new MultiScaleResidualQuantizer(List.of(new Scale(H, W)), List.of(codebook));
        VectorQuantizer plain = new VectorQuantizer(codebook);
        Latents grid = grid(2);
        assertEquals(plain.toTokens(grid), quantizer.quantize(grid).getFirst());
        assertArrayEquals(
                plain.toLatents(plain.toTokens(grid)).data(),
                quantizer.dequantize(quantizer.quantize(grid), H, W).data());
    }

    @Test
    void badArgumentsAreNamed() {
        Codebook codebook = random(5, 4, 1);
        assertThrows(IllegalArgumentException.class, () -> new Scale(0, 1));
        assertThrows(
                IllegalArgumentException.class, () -> new MultiScaleResidualQuantizer(List.of(), List.of(codebook)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new MultiScaleResidualQuantizer(SCALES, List.of(codebook, codebook)));
        MultiScaleResidualQuantizer quantizer = new MultiScaleResidualQuantizer(SCALES, List.of(codebook));
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Latents.of(1, D, new float[D])));
        assertThrows(
                IllegalArgumentException.class,
                () -> quantizer.quantize(Latents.of(new int[] {H, W - 1}, D, new float[H * (W - 1) * D])));
        List<Tokens> tokens = quantizer.quantize(grid(1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(List.of(), H, W));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(tokens, H - 1, W));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(tokens.subList(1, 3), H, W));
        Tokens other = Tokens.of(new int[] {1, 1}, new int[] {5}, new int[] {4});
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(List.of(other), H, W));
    }
}
