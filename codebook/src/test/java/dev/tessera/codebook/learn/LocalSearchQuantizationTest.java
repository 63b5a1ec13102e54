package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.AdditiveSearch;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.internal.Workers;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LocalSearchQuantizationTest {
    private static final Latents VECTORS = TestVectors.mixture(31, 4000, 10, 60);

    @Test
    void beatsResidualKMeansAtEqualBitsAndNeverRises() {
        LocalSearchQuantizationResult result = LocalSearchQuantization.builder()
                .codebooks(4)
                .codebookSize(16)
                .rounds(8)
                .build()
                .run(VECTORS);
        ResidualQuantizer residual =
                ResidualKMeans.builder().stages(4).codebookSize(16).build().fit(VECTORS);
        double rvq = TestVectors.distortion(VECTORS, residual);
        double lsq = TestVectors.distortion(VECTORS, result.quantizer());
        assertTrue(lsq < 0.85 * rvq, lsq + " against " + rvq);
        List<Double> distortions = result.distortions();
        assertEquals(17, distortions.size());
        for (int i = 1; i < distortions.size(); i++) {
            assertTrue(distortions.get(i) <= distortions.get(i - 1) * (1 + 1e-6), "step " + i);
        }
        assertEquals(lsq, result.distortion(), 0.05 * lsq); // the search starts elsewhere
    }

    /** At the least squares solution the residual has no product with any column of the 0/1 matrix. */
    @Test
    void theUpdateSolvesTheNormalEquations() {
        SplittableRandom random = new SplittableRandom(4);
        int count = 800;
        int dim = 3;
        int[] sizes = {5, 7, 4};
        float[] x = new float[count * dim];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() + 2);
        }
        int[] indices = new int[count * 3];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = random.nextInt(sizes[i % 3] - (i % 3 == 2 ? 1 : 0)); // code vector 3 of codebook 2 is unused
        }
        List<Codebook> old = List.of(random(5, dim, random), random(7, dim, random), random(4, dim, random));
        Latents vectors = Latents.of(count, dim, x);
        Latents quantized = new ResidualQuantizer(old).dequantize(indices, count);
        List<Codebook> updated;
        try (Workers workers = new Workers(2)) {
            updated = AdditiveUpdate.update(vectors, indices, quantized, old, 1e-4, workers);
        }
        float[] y = new ResidualQuantizer(updated).dequantize(indices, count).data();
        double[][][] sums = new double[3][7][dim];
        for (int i = 0; i < count; i++) {
            for (int m = 0; m < 3; m++) {
                for (int k = 0; k < dim; k++) {
                    sums[m][indices[i * 3 + m]][k] += (double) x[i * dim + k] - y[i * dim + k];
                }
            }
        }
        for (int m = 0; m < 3; m++) {
            for (double[] sum : sums[m]) {
                for (double s : sum) {
                    assertEquals(0, s, 1e-3);
                }
            }
        }
        assertEquals(old.get(2).get(3, 1), updated.get(2).get(3, 1));
    }

    private static Codebook random(int size, int dim, SplittableRandom random) {
        float[] codes = new float[size * dim];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (float) random.nextGaussian();
        }
        return Codebook.of(size, dim, codes);
    }

    @Test
    void sameCodebooksForAnyThreadCount() {
        LocalSearchQuantization.Builder builder = LocalSearchQuantization.builder()
                .codebooks(3)
                .codebookSize(10)
                .rounds(2)
                .search(new AdditiveSearch(2, 2, 2, 2, 7));
        AdditiveQuantizer one = builder.threads(1).build().fit(VECTORS);
        assertEquals(new AdditiveSearch(2, 2, 2, 2, 7), one.search());
        for (int threads : new int[] {2, 7}) {
            assertEquals(
                    one.codebooks(),
                    builder.threads(threads).build().fit(VECTORS).codebooks());
        }
    }

    @Test
    void fewVectorsAreLearnedByHeart() {
        Latents vectors = Latents.of(3, 2, new float[] {1, 2, 30, 4, 5, 60});
        AdditiveQuantizer quantizer = LocalSearchQuantization.builder()
                .codebooks(2)
                .codebookSize(8)
                .build()
                .fit(vectors);
        assertEquals(0, TestVectors.distortion(vectors, quantizer), 1e-9);
    }

    @Test
    void badArgumentsAreNamed() {
        LocalSearchQuantization.Builder builder = LocalSearchQuantization.builder();
        assertThrows(IllegalArgumentException.class, () -> builder.regularization(0));
        assertThrows(IllegalArgumentException.class, () -> builder.regularization(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> builder.codebooks(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.codebooks(17).codebookSize(256).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.codebooks(1).build().fit(Latents.of(0, 1, new float[0])));
    }
}
