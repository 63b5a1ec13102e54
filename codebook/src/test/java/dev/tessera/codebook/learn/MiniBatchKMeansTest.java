package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MiniBatchKMeansTest {
    /** Algorithm 1 of Sculley 2010, vector by vector: v[c]++, c = (1 - 1/v) c + x/v. */
    @Test
    void aStepIsSculleysRule() {
        Latents vectors = TestVectors.mixture(71, 2000, 3, 8);
        Codebook start = Codebook.of(10, 3, Arrays.copyOf(vectors.data(), 30));
        RunningCodes codes = new RunningCodes(start);
        double[] naive = new double[30];
        for (int i = 0; i < 30; i++) {
            naive[i] = vectors.data()[i];
        }
        int[] seen = new int[10];
        try (Workers workers = new Workers(2)) {
            for (int b = 0; b < 8; b++) {
                Latents batch = Latents.of(250, 3, Arrays.copyOfRange(vectors.data(), b * 750, (b + 1) * 750));
                int[] indices = new VectorQuantizer(codes.codebook()).quantize(batch);
                for (int i = 0; i < 250; i++) {
                    double rate = 1.0 / ++seen[indices[i]];
                    for (int t = 0; t < 3; t++) {
                        int at = indices[i] * 3 + t;
                        naive[at] = (1 - rate) * naive[at] + rate * batch.data()[i * 3 + t];
                    }
                }
                codes.add(AssignedBatch.of(batch, codes.codes(), workers), 1, 1, workers);
                codes.moveToMeans(0);
                for (int i = 0; i < 30; i++) {
                    assertEquals(naive[i], codes.codes()[i], 1e-5);
                }
            }
        }
    }

    @Test
    void nearlyAsGoodAsFullKMeans() {
        Latents vectors = TestVectors.mixture(72, 20_000, 4, 50);
        double full = KMeans.builder().codebookSize(64).build().run(vectors).distortion();
        MiniBatchResult result = MiniBatchKMeans.builder()
                .codebookSize(64)
                .batchSize(500)
                .build()
                .run(vectors);
        double ours = TestVectors.distortion(vectors, new VectorQuantizer(result.codebook()));
        assertTrue(ours < 1.08 * full, ours + " against " + full);
        assertEquals(400, result.steps());
    }

    @Test
    void sameResultForAnyThreadCount() {
        Latents vectors = TestVectors.mixture(73, 9000, 5, 30);
        MiniBatchResult one = learn(vectors, 1);
        assertEquals(one, learn(vectors, 2));
        assertEquals(one, learn(vectors, 7));
        assertEquals(7, one.steps());
    }

    private static MiniBatchResult learn(Latents vectors, int threads) {
        return MiniBatchKMeans.builder()
                .codebookSize(200)
                .batchSize(2000)
                .steps(7)
                .reassignmentRatio(0.3)
                .threads(threads)
                .build()
                .run(vectors);
    }

    @Test
    void reassignmentLeavesNoCentroidOnAnOutlier() {
        float[] x = Arrays.copyOf(TestVectors.mixture(74, 8000, 2, 4).data(), 16_008);
        for (int i = 16_000; i < 16_008; i++) {
            x[i] = 60 + i;
        }
        MiniBatchKMeans.Builder builder =
                MiniBatchKMeans.builder().codebookSize(12).batchSize(400).epochs(3);
        Latents vectors = Latents.of(8004, 2, x);
        assertEquals(0, builder.reassignmentRatio(0).build().run(vectors).revived());
        assertTrue(builder.reassignmentRatio(0.05).build().run(vectors).revived() > 0);
    }

    @Test
    void eachPassSeesEveryVectorOnce() {
        float[] x = new float[103];
        for (int i = 0; i < 103; i++) {
            x[i] = i;
        }
        ShuffledBatches batches = new ShuffledBatches(Latents.of(103, 1, x), 10, new SplitMix64(4));
        assertEquals(11, batches.perPass());
        float[] firstPass = null;
        for (int pass = 0; pass < 3; pass++) {
            float[] seen = new float[0];
            for (int b = 0; b < 11; b++) {
                float[] batch = batches.next().data();
                assertEquals(b < 10 ? 10 : 3, batch.length);
                seen = Arrays.copyOf(seen, seen.length + batch.length);
                System.arraycopy(batch, 0, seen, seen.length - batch.length, batch.length);
            }
            assertTrue(firstPass == null || !Arrays.equals(firstPass, seen));
            firstPass = seen.clone();
            Arrays.sort(seen);
            assertEquals(Arrays.toString(x), Arrays.toString(seen));
        }
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(
                IllegalArgumentException.class, () -> MiniBatchKMeans.builder().batchSize(0));
        assertThrows(
                IllegalArgumentException.class, () -> MiniBatchKMeans.builder().epochs(0));
        assertThrows(
                IllegalArgumentException.class, () -> MiniBatchKMeans.builder().reassignmentRatio(1.5));
        MiniBatchKMeans learner = MiniBatchKMeans.builder().build();
        assertThrows(IllegalArgumentException.class, () -> learner.fit(Latents.of(0, 2, new float[0])));
    }
}
