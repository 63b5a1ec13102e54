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
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HierarchicalKMeansTest {
    @Test
    void largestRemainderByHand() {
        // 100 seats for 47, 16, 15.8, 12, 6.1 and 3.1 thousand votes.
        double[] votes = {47_000, 16_000, 15_800, 12_000, 6_100, 3_100};
        int[] limits = {1000, 1000, 1000, 1000, 1000, 1000};
        assertArrayEquals(new int[] {5, 2, 1, 1, 1, 0}, withoutMinimum(votes, 10));
        assertArrayEquals(new int[] {47, 16, 16, 12, 6, 3}, CodeShares.share(100, votes, limits));
        // 1 each for the last two; 8 for the others: 4.14, 1.41, 1.39, 1.06.
        assertArrayEquals(new int[] {4, 2, 1, 1, 1, 1}, CodeShares.share(10, votes, limits));
        limits[0] = 10;
        assertEquals(10, CodeShares.share(100, votes, limits)[0]);
    }

    /** The textbook method, to show where the minimum of 1 differs from it. */
    private static int[] withoutMinimum(double[] votes, int seats) {
        double total = Arrays.stream(votes).sum();
        int[] shares = new int[votes.length];
        double[] remainders = new double[votes.length];
        int left = seats;
        for (int c = 0; c < votes.length; c++) {
            double quota = seats * votes[c] / total;
            shares[c] = (int) quota;
            remainders[c] = quota - shares[c];
            left -= shares[c];
        }
        for (; left > 0; left--) {
            int best = 0;
            for (int c = 1; c < votes.length; c++) {
                best = remainders[c] > remainders[best] ? c : best;
            }
            shares[best]++;
            remainders[best] = -1;
        }
        return shares;
    }

    @Property(tries = 300)
    void sharesAddUpAndKeepTheirBounds(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int clusters) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] weights = new double[clusters];
        int[] limits = new int[clusters];
        int most = 0;
        int used = 0;
        for (int c = 0; c < clusters; c++) {
            weights[c] = random.nextInt(4) == 0 ? 0 : Math.exp(3 * random.nextGaussian());
            limits[c] = random.nextInt(30);
            most += limits[c];
            used += limits[c] > 0 ? 1 : 0;
        }
        int total = used + random.nextInt(200);
        int[] shares = CodeShares.share(total, weights, limits);
        assertEquals(Math.min(total, most), Arrays.stream(shares).sum());
        for (int c = 0; c < clusters; c++) {
            assertTrue(shares[c] >= Math.min(1, limits[c]) && shares[c] <= limits[c], Arrays.toString(shares));
        }
        int[] wide = new int[clusters];
        Arrays.fill(wide, Integer.MAX_VALUE / 32);
        int[] plain = CodeShares.share(10_000_000, weights, wide);
        double sum = Arrays.stream(weights).sum();
        for (int c = 0; c < clusters && sum > 0; c++) {
            double quota = 1e7 * weights[c] / sum;
            assertTrue(Math.abs(plain[c] - quota) <= 20, plain[c] + " for " + quota);
        }
    }

    @Test
    void theWholeCodebookIsLearnedAndRefinementApproachesKMeans() {
        Latents vectors = TestVectors.mixture(91, 20_000, 4, 60);
        double full = KMeans.builder().codebookSize(400).build().run(vectors).distortion();
        double before = Double.POSITIVE_INFINITY;
        double[] limits = {1.3, 1.2, 1.1};
        int[] refinements = {0, 1, 6};
        for (int r = 0; r < 3; r++) {
            Codebook codebook = HierarchicalKMeans.builder()
                    .codebookSize(400)
                    .refinements(refinements[r])
                    .build()
                    .fit(vectors);
            assertEquals(400, codebook.codebookSize());
            double distortion = TestVectors.distortion(vectors, new VectorQuantizer(codebook));
            assertTrue(distortion < before);
            assertTrue(distortion < limits[r] * full, refinements[r] + ": " + distortion + " against " + full);
            before = distortion;
        }
    }

    @Test
    void sameCodebookForAnyThreadCount() {
        Latents vectors = TestVectors.mixture(92, 12_000, 5, 40);
        for (HierarchicalKMeans.Share share : HierarchicalKMeans.Share.values()) {
            Codebook one = learn(vectors, share, 1);
            assertEquals(one, learn(vectors, share, 2));
            assertEquals(one, learn(vectors, share, 7));
        }
    }

    private static Codebook learn(Latents vectors, HierarchicalKMeans.Share share, int threads) {
        return HierarchicalKMeans.builder()
                .codebookSize(300)
                .iterations(3)
                .refinements(1)
                .share(share)
                .threads(threads)
                .build()
                .fit(vectors);
    }

    @Property(tries = 30)
    void manyEqualVectorsTakeOneCodeVector(@ForAll @IntRange(min = 1, max = 150) int k) {
        float[] x = new float[3000 * 2]; // two thirds are the zero vector, with either sign; 101 distinct vectors
        for (int i = 0; i < 3000; i++) {
            x[2 * i] = i % 3 == 0 ? 1 + i / 3 % 10 : i % 2 == 0 ? 0f : -0f;
            x[2 * i + 1] = i % 3 == 0 ? i / 30 % 10 : 0;
        }
        Codebook codebook = HierarchicalKMeans.builder().codebookSize(k).build().fit(Latents.of(3000, 2, x));
        assertEquals(Math.min(101, k), codebook.codebookSize());
        Set<String> distinct = new HashSet<>();
        for (int j = 0; j < codebook.codebookSize(); j++) {
            distinct.add((codebook.get(j, 0) + 0f) + " " + (codebook.get(j, 1) + 0f));
        }
        assertEquals(codebook.codebookSize(), distinct.size());
    }

    @Test
    void refinementUsesTheGivenAssignment() {
        Latents vectors = TestVectors.mixture(93, 500, 2, 5);
        HierarchicalKMeans.Builder builder =
                HierarchicalKMeans.builder().codebookSize(9).refinements(2);
        int[] calls = new int[1];
        CodeAssignment counting = (v, c, threads) -> {
            calls[0]++;
            return new VectorQuantizer(c).quantize(v);
        };
        assertEquals(
                builder.build().fit(vectors),
                builder.assignment(counting).build().fit(vectors));
        assertEquals(2, calls[0]);
        HierarchicalKMeans tooFew = builder.assignment((_, _, _) -> new int[3]).build();
        assertThrows(IllegalArgumentException.class, () -> tooFew.fit(vectors));
        HierarchicalKMeans outside = builder.assignment((v, c, _) -> {
                    int[] indices = new int[v.count()];
                    indices[7] = c.codebookSize();
                    return indices;
                })
                .build();
        assertThrows(IllegalArgumentException.class, () -> outside.fit(vectors));
    }

    /** Where few vectors lie far out, starts by distortion give these code vectors of their own. */
    @Test
    void randomStartUsesCodeVectorsMoreEvenly() {
        Random random = new Random(5);
        float[] x = new float[2 * 20_000];
        for (int i = 0; i < x.length; i += 2) {
            double scale = Math.exp(1.5 * random.nextGaussian());
            x[i] = (float) (scale * random.nextGaussian());
            x[i + 1] = (float) (scale * random.nextGaussian());
        }
        Latents vectors = Latents.of(20_000, 2, x);
        double even = perplexity(vectors, KMeansStart.RANDOM);
        double spread = perplexity(vectors, KMeansStart.PARALLEL);
        assertTrue(even > 1.2 * spread, even + " against " + spread);
    }

    private static double perplexity(Latents vectors, KMeansStart start) {
        Codebook codebook = HierarchicalKMeans.builder()
                .codebookSize(400)
                .iterations(3)
                .start(start)
                .build()
                .fit(vectors);
        int[] counts = new int[codebook.codebookSize()];
        for (int index : new VectorQuantizer(codebook).quantize(vectors)) {
            counts[index]++;
        }
        double nats = 0;
        for (int count : counts) {
            double share = (double) count / vectors.count();
            nats -= count == 0 ? 0 : share * Math.log(share);
        }
        return Math.exp(nats);
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(
                IllegalArgumentException.class,
                () -> HierarchicalKMeans.builder().codebookSize(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> HierarchicalKMeans.builder().refinements(-1));
        HierarchicalKMeans learner =
                HierarchicalKMeans.builder().codebookSize(4).build();
        assertThrows(IllegalArgumentException.class, () -> learner.fit(Latents.of(0, 3, new float[0])));
        assertThrows(IllegalArgumentException.class, () -> learner.fit(Latents.of(1, 1, new float[] {Float.NaN})));
    }
}
