package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EmaCodebookTest {
    /** Van den Oord et al. 2017, appendix A.1, with Laplace smoothing, in double precision. */
    @Test
    void followsTheEquations() {
        Latents first = TestVectors.mixture(81, 500, 3, 9);
        EmaCodebook ema = EmaCodebook.builder()
                .codebookSize(12)
                .decay(0.9)
                .epsilon(1e-3)
                .revival(RevivalPolicy.none())
                .build();
        ema.start(first);
        double[] sizes = new double[12];
        for (int index : new VectorQuantizer(ema.codebook()).quantize(first)) {
            sizes[index]++;
        }
        double[] sums = new double[36];
        for (int i = 0; i < 36; i++) {
            sums[i] = sizes[i / 3] * ema.codebook().get(i / 3, i % 3);
        }
        for (int b = 0; b < 6; b++) {
            Latents batch = TestVectors.mixture(82 + b, 300, 3, 9);
            double[] counts = new double[12];
            double[] batchSums = new double[36];
            int[] indices = new VectorQuantizer(ema.codebook()).quantize(batch);
            for (int i = 0; i < 300; i++) {
                counts[indices[i]]++;
                for (int t = 0; t < 3; t++) {
                    batchSums[indices[i] * 3 + t] += batch.data()[i * 3 + t];
                }
            }
            double distortion = TestVectors.distortion(batch, new VectorQuantizer(ema.codebook()));
            assertEquals(distortion, ema.update(batch), 1e-9 * distortion);
            double total = 0;
            for (int j = 0; j < 12; j++) {
                sizes[j] = 0.9 * sizes[j] + 0.1 * counts[j];
                total += sizes[j];
            }
            assertArrayEquals(sizes, ema.sizes(), 1e-9);
            for (int i = 0; i < 36; i++) {
                sums[i] = 0.9 * sums[i] + 0.1 * batchSums[i];
                double smoothed = (sizes[i / 3] + 1e-3) / (total + 12 * 1e-3) * total;
                assertEquals(sums[i] / smoothed, ema.codebook().get(i / 3, i % 3), 1e-5);
            }
        }
    }

    /** Initial sums that are the code vectors alone, not times their counts, would shrink every centroid here. */
    @Test
    void oneStepMovesNoCentroidWhoseMembersAreUnchanged() {
        Latents vectors = TestVectors.mixture(83, 2000, 4, 10);
        EmaCodebook ema = EmaCodebook.builder()
                .codebookSize(10)
                .startIterations(500)
                .revival(RevivalPolicy.none())
                .build();
        ema.start(vectors);
        float[] before = ema.codebook().toArray();
        double[] sizes = ema.sizes();
        ema.update(vectors);
        assertArrayEquals(before, ema.codebook().toArray(), 1e-5f);
        assertArrayEquals(sizes, ema.sizes(), 1e-9);
    }

    static Stream<RevivalPolicy> revivals() {
        return Stream.of(
                RevivalPolicy.randomVector(2),
                new RevivalPolicy.RelativeUsage(0.1, 1, 1),
                RevivalPolicy.farthestVector(2),
                RevivalPolicy.splitWorst(2),
                RevivalPolicy.distanceWeighted(0.05),
                RevivalPolicy.softPull());
    }

    /** With the code vector alone overwritten, the next update would put it back to its old sum / size. */
    @ParameterizedTest
    @MethodSource("revivals")
    void aRevivedCodeSurvivesTheNextUpdate(RevivalPolicy policy) {
        EmaCodebook ema =
                EmaCodebook.builder().codebookSize(4).decay(0.5).revival(policy).build();
        float[] first = new float[400];
        for (int i = 0; i < 400; i++) {
            first[i] = (i % 4 == 3 ? 1000 : 10 * (i % 4)) + i / 4 * 0.01f;
        }
        ema.start(Latents.of(400, 1, first));
        float[] later = new float[300]; // nobody near 1000 any more
        for (int i = 0; i < 300; i++) {
            later[i] = 10 * (i % 3) + i / 3 * 0.02f;
        }
        Latents batch = Latents.of(300, 1, later);
        int updates = 0;
        while (largest(ema.codebook()) > 100) {
            assertTrue(updates++ < 2000, "never revived");
            ema.update(batch);
        }
        assertTrue(ema.revived() > 0);
        float[] codes = ema.codebook().toArray();
        float[] copies = new float[300]; // so many that nobody is dead, and nobody has a reason to move
        for (int i = 0; i < 300; i++) {
            copies[i] = codes[i % 4];
        }
        ema.update(Latents.of(300, 1, copies));
        assertArrayEquals(codes, ema.codebook().toArray(), 1e-3f);
        for (int next = 0; next < 3; next++) {
            ema.update(batch);
            assertTrue(largest(ema.codebook()) < 100, "back at " + largest(ema.codebook()));
        }
    }

    private static float largest(Codebook codebook) {
        float[] codes = codebook.toArray();
        Arrays.sort(codes);
        return codes[codes.length - 1];
    }

    @ParameterizedTest
    @MethodSource("revivals")
    void fitIsNearlyAsGoodAsKMeansAndDoesNotDependOnThreads(RevivalPolicy policy) {
        Latents vectors = TestVectors.mixture(84, 8000, 4, 30);
        Codebook one = fit(vectors, policy, 1);
        for (int threads : new int[] {2, 7}) {
            assertEquals(one, fit(vectors, policy, threads));
        }
        double full = KMeans.builder().codebookSize(40).build().run(vectors).distortion();
        double ours = TestVectors.distortion(vectors, new VectorQuantizer(one));
        assertTrue(ours < 1.1 * full, ours + " against " + full);
    }

    private static Codebook fit(Latents vectors, RevivalPolicy policy, int threads) {
        return EmaCodebook.builder()
                .codebookSize(40)
                .batchSize(1000)
                .epochs(6)
                .revival(policy)
                .threads(threads)
                .build()
                .fit(vectors);
    }

    @Test
    void badCallsAreNamed() {
        EmaCodebook ema = EmaCodebook.builder().codebookSize(2).build();
        Latents two = Latents.of(2, 1, new float[] {1, 2});
        assertThrows(IllegalStateException.class, () -> ema.update(two));
        assertThrows(IllegalStateException.class, ema::codebook);
        assertThrows(IllegalStateException.class, ema::sizes);
        ema.start(two);
        assertThrows(IllegalArgumentException.class, () -> ema.update(Latents.of(1, 2, new float[2])));
        assertThrows(IllegalArgumentException.class, () -> ema.update(Latents.of(0, 1, new float[0])));
        assertThrows(IllegalArgumentException.class, () -> ema.update(Latents.of(1, 1, new float[] {Float.NaN})));
        assertThrows(IllegalArgumentException.class, () -> EmaCodebook.builder().decay(1.01));
        assertThrows(IllegalArgumentException.class, () -> EmaCodebook.builder().epsilon(-1));
    }
}
