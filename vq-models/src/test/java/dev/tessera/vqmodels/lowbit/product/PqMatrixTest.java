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

    /** In the order that is promised: eight subspaces in pairs, then blocks ascending, the scale last. */
    private static float[] defined(PqWeights w, float[] x) {
        float[] y = new float[w.rows()];
        for (int r = 0; r < y.length; r++) {
            for (int block = 0; block < (w.subspaces() + 7) / 8; block++) {
                float[] t = new float[8];
                for (int s = 8 * block; s < Math.min(w.subspaces(), 8 * block + 8); s++) {
                    for (int col = s * w.dim(); col < Math.min(w.cols(), (s + 1) * w.dim()); col++) {
                        int vector = (w.shared() ? 0 : s * w.codebookSize()) + w.code(r, s);
                        t[s % 8] += w.codebooks()[vector * w.dim() + col % w.dim()] * x[col];
                    }
                }
                y[r] += t[0] + t[1] + (t[2] + t[3]) + (t[4] + t[5] + (t[6] + t[7]));
            }
            y[r] *= w.scales().get(r, 0);
        }
        return y;
    }

    @Property(tries = 60)
    void everyShapeGivesTheBitsOfTheDefinition(
            @ForAll @IntRange(min = 1, max = 1100) int rows,
            @ForAll @IntRange(min = 1, max = 150) int cols,
            @ForAll @IntRange(min = 1, max = 9) int dim,
            @ForAll @IntRange(min = 1, max = 256) int size,
            @ForAll boolean shared) {
        PqWeights weights = weights(rows, cols, dim, size, shared, 31L * rows + cols);
        float[] x = Samples.inputs(rows, 1, cols);
        float[] expected = defined(weights, x);
        assertArrayEquals(expected, PqMatrix.of(weights).multiply(x, 1));
        assertArrayEquals(expected, PqMatrix.of(weights).multiply(x, 3));
    }

    @Test
    void productsAreThoseOfTheDequantizedWeights() {
        PqWeights weights = weights(300, 1000, 8, 256, false, 5);
        LowBitMatrix matrix = assertInstanceOf(PqMatrix.class, LowBitMatrix.of(weights));
        float[] x = Samples.inputs(6, 1, 1000);
        float[] y = matrix.multiply(x, 1);
        float[] dense = weights.dequantize();
        for (int r = 0; r < y.length; r++) {
            double sum = 0;
            double size = 0;
            for (int c = 0; c < x.length; c++) {
                sum += (double) dense[r * x.length + c] * x[c];
                size += Math.abs((double) dense[r * x.length + c] * x[c]);
            }
            assertEquals(sum, y[r], 1e-5 * size, "row " + r);
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
