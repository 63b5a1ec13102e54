package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.math3.ml.clustering.CentroidCluster;
import org.apache.commons.math3.ml.clustering.DoublePoint;
import org.apache.commons.math3.ml.clustering.KMeansPlusPlusClusterer;
import org.apache.commons.math3.ml.distance.EuclideanDistance;
import org.apache.commons.math3.random.Well19937c;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KMeansTest {
    @Test
    void noWorseThanCommonsMath() {
        double ours = 0;
        double theirs = 0;
        for (int seed = 0; seed < 6; seed++) {
            Latents vectors = TestVectors.mixture(seed, 1200, 4, 24);
            ours += KMeans.builder()
                    .codebookSize(24)
                    .iterations(50)
                    .seed(seed)
                    .build()
                    .run(vectors)
                    .distortion();
            theirs += commonsMath(vectors, 24, seed);
        }
        assertTrue(ours < theirs * 1.03, ours + " against " + theirs);
    }

    private static double commonsMath(Latents vectors, int k, int seed) {
        List<DoublePoint> points = new ArrayList<>();
        for (int i = 0; i < vectors.count(); i++) {
            double[] point = new double[vectors.dim()];
            for (int t = 0; t < point.length; t++) {
                point[t] = vectors.data()[i * point.length + t];
            }
            points.add(new DoublePoint(point));
        }
        double sum = 0;
        for (CentroidCluster<DoublePoint> cluster : new KMeansPlusPlusClusterer<DoublePoint>(
                        k, 50, new EuclideanDistance(), new Well19937c(seed))
                .cluster(points)) {
            for (DoublePoint point : cluster.getPoints()) {
                sum += Math.pow(
                        new EuclideanDistance()
                                .compute(point.getPoint(), cluster.getCenter().getPoint()),
                        2);
            }
        }
        return sum / vectors.count();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sameCodebookForAnyThreadCount(boolean weighted) {
        Latents vectors = TestVectors.mixture(5, 9000, 6, 40);
        float[] weights = new float[9000];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i % 7;
        }
        KMeansResult one = learn(vectors, weighted ? weights : null, 1);
        for (int threads : new int[] {2, 7}) {
            assertEquals(one, learn(vectors, weighted ? weights : null, threads));
        }
    }

    private static KMeansResult learn(Latents vectors, float[] weights, int threads) {
        KMeans learner =
                KMeans.builder().codebookSize(64).iterations(6).threads(threads).build();
        return weights == null ? learner.run(vectors) : learner.run(vectors, weights);
    }

    @Test
    void distortionFallsAndIsThatOfTheCodebook() {
        Latents vectors = TestVectors.mixture(6, 3000, 5, 30);
        KMeansResult result =
                KMeans.builder().codebookSize(50).iterations(12).build().run(vectors);
        for (int i = 1; i < result.distortions().size(); i++) {
            assertTrue(result.distortions().get(i) <= result.distortions().get(i - 1) * (1 + 1e-6));
        }
        assertEquals(
                TestVectors.distortion(vectors, new VectorQuantizer(result.codebook())),
                result.distortion(),
                1e-9 * result.distortion());
        assertTrue(result.iterations() == 12 || result.converged());
        assertEquals(3000, result.trainingVectors());
    }

    @Test
    void convergedMeansEveryCentroidIsTheMeanOfItsCluster() {
        Latents vectors = TestVectors.mixture(7, 400, 3, 5);
        KMeansResult result =
                KMeans.builder().codebookSize(8).iterations(200).build().run(vectors);
        assertTrue(result.converged());
        int[] indices = new VectorQuantizer(result.codebook()).quantize(vectors);
        for (int j = 0; j < 8; j++) {
            for (int t = 0; t < 3; t++) {
                double sum = 0;
                int n = 0;
                for (int i = 0; i < 400; i++) {
                    sum += indices[i] == j ? vectors.data()[i * 3 + t] : 0;
                    n += indices[i] == j ? 1 : 0;
                }
                assertEquals(sum / n, result.codebook().get(j, t), 1e-5);
            }
        }
    }

    @Property(tries = 60)
    void fewDistinctVectorsGiveEachOfThemOnce(
            @ForAll @IntRange(min = 1, max = 9) int distinct, @ForAll @IntRange(min = 1, max = 12) int k) {
        float[] x = new float[200 * 2];
        for (int i = 0; i < 200; i++) {
            x[2 * i] = i * 31 % distinct;
            x[2 * i + 1] = 100;
        }
        KMeansResult result = KMeans.builder().codebookSize(k).build().run(Latents.of(200, 2, x));
        assertEquals(Math.min(distinct, k), result.codebook().codebookSize());
        if (k >= distinct) {
            assertEquals(0, result.distortion());
            float[] firsts = new float[distinct];
            for (int j = 0; j < distinct; j++) {
                firsts[j] = result.codebook().get(j, 0);
            }
            Arrays.sort(firsts);
            for (int j = 0; j < distinct; j++) {
                assertEquals(j, firsts[j]);
            }
        }
    }

    @Test
    void emptyClustersAreFilledByCuttingTheWorst() {
        TrainingSet set = new TrainingSet(1, 6, new float[] {0, 2, 10, 11, 12, 20}, null);
        float[] start = {1, 11, 500}; // nobody is near the last
        try (Workers workers = new Workers(1)) {
            KMeansResult result = new Lloyd(set, start, false, workers).run(20);
            assertEquals(1, result.repairs());
            assertTrue(result.converged());
            float[] found = result.codebook().toArray();
            Arrays.sort(found);
            assertArrayEquals(new float[] {1, 11, 20}, found);
        }
    }

    @Test
    void aClusterOfEqualVectorsCannotBeCut() {
        TrainingSet set = new TrainingSet(1, 4, new float[] {3, 3, 3, 3}, null);
        try (Workers workers = new Workers(1)) {
            KMeansResult result = new Lloyd(set, new float[] {2, 9}, false, workers).run(5);
            assertEquals(0, result.repairs());
            assertArrayEquals(new float[] {3, 9}, result.codebook().toArray());
        }
    }

    @Test
    void weightsCountLikeCopies() {
        Latents once = TestVectors.mixture(8, 300, 3, 6);
        float[] weights = new float[300];
        float[] copies = new float[300 * 3 * 3];
        int n = 0;
        for (int i = 0; i < 300; i++) {
            weights[i] = i % 3 + 1;
            for (int w = 0; w < i % 3 + 1; w++) {
                System.arraycopy(once.data(), 3 * i, copies, 3 * n++, 3);
            }
        }
        // One cluster, so that the start does not matter.
        KMeans learner =
                KMeans.builder().codebookSize(1).maxPointsPerCode(10_000).build();
        KMeansResult weighted = learner.run(once, weights);
        KMeansResult copied = learner.run(Latents.of(n, 3, Arrays.copyOf(copies, 3 * n)));
        assertArrayEquals(copied.codebook().toArray(), weighted.codebook().toArray(), 1e-5f);
        assertEquals(copied.distortion(), weighted.distortion(), 1e-6 * copied.distortion());
    }

    @Test
    void vectorsOfWeightZeroMoveNoCentroid() {
        float[] x = {0, 1, 2, 1000};
        KMeansResult result =
                KMeans.builder().codebookSize(2).build().run(Latents.of(4, 1, x), new float[] {1, 1, 1, 0});
        for (float value : result.codebook().toArray()) {
            assertTrue(value <= 2, "centroid at " + value);
        }
    }

    @Test
    void theSampleIsDrawnWithoutReplacementAndKeepsTheOrder() {
        float[] x = new float[1000];
        for (int i = 0; i < 1000; i++) {
            x[i] = i;
        }
        TrainingSet sample = new TrainingSet(1, 1000, x, x).sample(100, new SplitMix64(3));
        assertEquals(100, sample.count());
        for (int i = 0; i < 100; i++) {
            assertEquals(sample.x()[i], sample.weights()[i]);
            assertTrue(i == 0 || sample.x()[i] > sample.x()[i - 1]);
        }
        KMeansResult result =
                KMeans.builder().codebookSize(4).maxPointsPerCode(25).build().run(TestVectors.mixture(9, 1000, 2, 4));
        assertEquals(100, result.trainingVectors());
    }

    @Test
    void theStartFindsSeparatedClusters() {
        Latents vectors = TestVectors.mixture(10, 2000, 2, 1);
        float[] x = vectors.data();
        for (int i = 0; i < 2000; i++) {
            x[2 * i] += 1000 * (i % 8);
        }
        KMeansResult result =
                KMeans.builder().codebookSize(8).iterations(0).build().run(vectors);
        assertEquals(0, result.iterations());
        assertTrue(result.distortion() < 50, "distortion " + result.distortion());
    }

    @Test
    void badArgumentsAreNamed() {
        KMeans learner = KMeans.builder().codebookSize(2).build();
        Latents two = Latents.of(2, 1, new float[] {1, 2});
        assertThrows(IllegalArgumentException.class, () -> learner.fit(Latents.of(0, 3, new float[0])));
        assertThrows(IllegalArgumentException.class, () -> learner.fit(Latents.of(1, 1, new float[] {Float.NaN})));
        assertThrows(IllegalArgumentException.class, () -> learner.run(two, new float[1]));
        assertThrows(IllegalArgumentException.class, () -> learner.run(two, new float[2]));
        assertThrows(IllegalArgumentException.class, () -> learner.run(two, new float[] {1, -1}));
        assertThrows(IllegalArgumentException.class, () -> KMeans.builder().codebookSize(0));
        assertThrows(IllegalArgumentException.class, () -> KMeans.builder().threads(0));
    }

    /** The published first outputs of SplitMix64 for seed 1234567, as in Java's SplittableRandom reference code. */
    @Test
    void splitMixMatchesThePublishedSequence() {
        SplitMix64 random = new SplitMix64(1234567);
        assertEquals(6457827717110365317L, random.nextLong());
        assertEquals(3203168211198807973L, random.nextLong());
        assertEquals(Long.parseUnsignedLong("9817491932198370423"), random.nextLong());
    }
}
