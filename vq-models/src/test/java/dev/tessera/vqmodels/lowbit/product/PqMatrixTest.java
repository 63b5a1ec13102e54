package dev.tessera.vqmodels.lowbit.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.Samples;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.ScaleType;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PqMatrixTest {
    private static PqWeights weights(int rows, int cols, int dim, int size, boolean shared, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int subspaces = (cols - 1) / dim + 1;
        float[] codebooks = new float[(shared ? 1 : subspaces) * size * dim];
        for (int i = 0; i < codebooks.length; i++) {
            codebooks[i] = (float) random.nextGaussian();
        }
        byte[] codes = new byte[rows * subspaces];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) random.nextInt(size);
        }
        float[] scales = new float[rows];
        for (int r = 0; r < rows; r++) {
            scales[r] = 0.01f + random.nextFloat();
        }
        return PqWeights.of(
                rows,
                cols,
                dim,
                size,
                shared,
                codebooks,
                codes,
                GroupScales.encode(ScaleGrid.of(ScaleType.HALF, 1), rows, 1, scales));
    }

    /** Products of a subspace in 255 steps of the largest range among 128 subspaces, above the least of each; the scale last. */
    private static float[] defined(PqWeights w, float[] x) {
        float[] y = new float[w.rows()];
        for (int first = 0; first < w.subspaces(); first += 128) {
            int end = Math.min(first + 128, w.subspaces());
            float[][] products = new float[end - first][w.codebookSize()];
            float[] least = new float[end - first];
            float range = 0;
            float level = 0;
            for (int s = first; s < end; s++) {
                float[] table = products[s - first];
                for (int k = 0; k < table.length; k++) {
                    int vector = (w.shared() ? 0 : s * w.codebookSize()) + k;
                    for (int d = 0; d < w.dim() && s * w.dim() + d < w.cols(); d++) {
                        table[k] = Math.fma(w.codebooks()[vector * w.dim() + d], x[s * w.dim() + d], table[k]);
                    }
                }
                float[] sorted = table.clone();
                Arrays.sort(sorted);
                least[s - first] = sorted[0];
                range = Math.max(range, sorted[sorted.length - 1] - sorted[0]);
                level += sorted[0];
            }
            for (int r = 0; r < y.length; r++) {
                int found = 0;
                for (int s = first; s < end && range > 0; s++) {
                    float above = products[s - first][w.code(r, s)] - least[s - first];
                    found += Math.min(255, (int) Math.fma(above, 255 / range, 0.5f));
                }
                y[r] += Math.fma(range / 255, found, level);
            }
        }
        for (int r = 0; r < y.length; r++) {
            y[r] *= w.scales().get(r, 0);
        }
        return y;
    }

    @Property(tries = 60)
    void everyShapeGivesTheBitsOfTheDefinition(
            @ForAll @IntRange(min = 1, max = 1100) int rows,
            @ForAll @IntRange(min = 1, max = 400) int cols,
            @ForAll @IntRange(min = 1, max = 9) int dim,
            @ForAll @IntRange(min = 1, max = 256) int size,
            @ForAll boolean shared) {
        PqWeights weights = weights(rows, cols, dim, size, shared, 31L * rows + cols);
        float[] x = Samples.inputs(rows, 1, cols);
        float[] expected = defined(weights, x);
        for (PqKernels twin : List.of(PqKernels.scalar(), PqKernels.vector())) {
            assertArrayEquals(expected, PqMatrix.of(twin, weights).multiply(x, 1));
            assertArrayEquals(expected, PqMatrix.of(twin, weights).multiply(x, 3));
        }
    }

    @Test
    void productsAreThoseOfTheDequantizedWeights() {
        PqWeights weights = weights(300, 1000, 8, 256, false, 5);
        LowBitMatrix matrix = assertInstanceOf(PqMatrix.class, LowBitMatrix.of(weights));
        float[] x = Samples.inputs(6, 1, 1000);
        float[] y = matrix.multiply(x, 1);
        float[] dense = weights.dequantize();
        double difference = 0;
        double length = 0;
        for (int r = 0; r < y.length; r++) {
            double sum = 0;
            for (int c = 0; c < x.length; c++) {
                sum += (double) dense[r * x.length + c] * x[c];
            }
            difference += Math.pow(sum - y[r], 2);
            length += sum * sum;
        }
        assertEquals(0, Math.sqrt(difference / length), 0.02);
    }

    /** Sums of 16 bits hold the largest that can occur: 128 look-ups of 255. */
    @Test
    void largestSumsAreExact() {
        int cols = 300;
        byte[] codes = new byte[2 * cols];
        Arrays.fill(codes, (byte) 1);
        GroupScales scales = GroupScales.encode(ScaleGrid.of(ScaleType.HALF, 1), 2, 1, new float[] {1, 2});
        PqWeights weights = PqWeights.of(2, cols, 1, 2, true, new float[] {-1, 1}, codes, scales);
        float[] x = new float[cols];
        Arrays.fill(x, 255);
        for (PqKernels twin : List.of(PqKernels.scalar(), PqKernels.vector())) {
            float[] expected = {255 * cols, 2 * 255 * cols};
            assertArrayEquals(expected, PqMatrix.of(twin, weights).multiply(x, 1));
        }
    }

    @Test
    void aVectorOfAnotherLengthIsRefused() {
        PqMatrix matrix = PqMatrix.of(weights(4, 10, 3, 5, true, 1));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> matrix.multiply(new float[9], 1));
        assertTrue(e.getMessage().contains("x has 9 values, must have 10"), e.getMessage());
    }
}
