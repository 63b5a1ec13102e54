package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.Distances;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lloyd against itself without any shortcut: every vector is searched for every time. */
class LloydTest {
    @ParameterizedTest
    @CsvSource({"6000, 8, 40, 30, 4", "5000, 3, 25, 40, 1", "3000, 33, 60, 64, 20", "400, 2, 5, 350, 12"})
    void settledVectorsStayWhereTheFullSearchPutsThem(int count, int dim, int centres, int k, int iterations) {
        Latents vectors = TestVectors.mixture(dim, count, dim, centres);
        SplittableRandom random = new SplittableRandom(k);
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = 1 + random.nextInt(3);
        }
        float[] start = new float[k * dim];
        for (int j = 0; j < k; j++) {
            System.arraycopy(
                    vectors.data(), random.nextInt(count / k) * dim + j * (count / k) * dim, start, j * dim, dim);
        }
        TrainingSet set = new TrainingSet(dim, count, vectors.data(), weights);
        KMeansResult result;
        try (Workers workers = new Workers(2)) {
            result = new Lloyd(set, start.clone(), false, workers).run(iterations);
        }
        float[] centroids = start.clone();
        double distortion = plain(set, centroids, iterations);
        assertArrayEquals(centroids, result.codebook().toArray());
        assertEquals(distortion, result.distortion(), 1e-9 * distortion);
        assertTrue(result.distortion() < result.distortions().getFirst());
    }

    /** Iterations without repair of empty clusters; returns the distortion at the end. */
    private static double plain(TrainingSet set, float[] centroids, int iterations) {
        int dim = set.dim();
        int k = centroids.length / dim;
        int[] indices = new int[set.count()];
        for (int it = 0; ; it++) {
            NearestKernel.of(centroids, k, dim).assign(set.x(), 0, set.count(), indices, 0);
            if (it == iterations) {
                break;
            }
            double[] sums = new double[k * dim];
            double[] weight = new double[k];
            for (int i = 0; i < set.count(); i++) {
                weight[indices[i]] += set.weight(i);
                for (int t = 0; t < dim; t++) {
                    sums[indices[i] * dim + t] += set.weight(i) * set.x()[i * dim + t];
                }
            }
            assertTrue(Arrays.stream(weight).allMatch(w -> w > 0), "this comparison knows no empty clusters");
            for (int s = 0; s < sums.length; s++) {
                centroids[s] = (float) (sums[s] / weight[s / dim]);
            }
        }
        double sum = 0;
        double total = 0;
        for (int i = 0; i < set.count(); i++) {
            sum += set.weight(i) * Distances.squared(set.x(), i * dim, centroids, indices[i] * dim, dim);
            total += set.weight(i);
        }
        return sum / total;
    }
}
