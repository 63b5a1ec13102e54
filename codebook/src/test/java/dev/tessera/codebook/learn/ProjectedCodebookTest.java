package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.Covariance;
import dev.tessera.codebook.internal.SeededGaussian;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import org.junit.jupiter.api.Test;

class ProjectedCodebookTest {
    private static final Latents VECTORS = TestVectors.mixture(41, 4000, 6, 25);

    @Test
    void theGradientIsThatOfFiniteDifferences() {
        Codebook basis = Codebook.of(12, 3, SeededGaussian.draw(36, 1, new SplitMix64(8)));
        Latents batch = TestVectors.mixture(3, 40, 2, 5);
        LinearProjection projection =
                new LinearProjection(basis, batch, new ProjectionSettings(1, 40, 1e-3, 1), new SplitMix64(2));
        ProjectedCodebook at = projection.codebook();
        int[] indices = new VectorQuantizer(at.fold()).quantize(batch);
        double[] gradient;
        try (Workers workers = new Workers(2)) {
            gradient = projection.gradient(at.fold(), batch, indices, workers);
        }
        for (int p = 0; p < 8; p++) { // rows of W, each followed by its bias
            double difference = loss(at, p, 1e-2f, batch, indices) - loss(at, p, -1e-2f, batch, indices);
            assertEquals(difference / 2e-2, gradient[p], 1e-3 * (1 + Math.abs(gradient[p])), "parameter " + p);
        }
    }

    private static double loss(ProjectedCodebook at, int parameter, float change, Latents batch, int[] indices) {
        float[] weight = at.weight();
        float[] bias = at.bias();
        int row = parameter / 4;
        if (parameter % 4 == 3) {
            bias[row] += change;
        } else {
            weight[row * 3 + parameter % 4] += change;
        }
        double sum = 0;
        for (int i = 0; i < indices.length; i++) {
            for (int o = 0; o < 2; o++) {
                double q = bias[o];
                for (int t = 0; t < 3; t++) {
                    q += (double) weight[o * 3 + t] * at.basis().get(indices[i], t);
                }
                sum += Math.pow(q - batch.data()[i * 2 + o], 2);
            }
        }
        return sum / (indices.length * 2);
    }

    @Test
    void foldingAppliesTheMapToEveryBasisVector() {
        Codebook basis = Codebook.of(2, 3, new float[] {1, 2, 3, -1, 0.5f, 4});
        ProjectedCodebook codebook =
                new ProjectedCodebook(basis, new float[] {1, 10, 100, 0, 2, -1}, new float[] {0.5f, 7});
        assertArrayEquals(new float[] {321.5f, 8, 404.5f, 4}, codebook.fold().toArray());
        assertEquals(codebook, new ProjectedCodebook(basis, codebook.weight(), codebook.bias()));
        assertThrows(IllegalArgumentException.class, () -> new ProjectedCodebook(basis, new float[5], new float[2]));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ProjectedCodebook(basis, new float[] {1, 1, Float.NaN}, new float[1]));
    }

    @Test
    void simVqLearnsWithAFrozenNormalBasisAndUsesAlmostAllCodes() {
        Latents normal = Latents.of(4000, 6, SeededGaussian.draw(24_000, 3, new SplitMix64(77)));
        SimVq.Builder builder =
                SimVq.builder().codebookSize(128).epochs(60).batchSize(250).learningRate(1e-2);
        ProjectedCodebookResult result = builder.build().run(normal);
        ProjectedCodebookResult.Epoch first = result.epochs().getFirst();
        ProjectedCodebookResult.Epoch last = result.epochs().getLast();
        double best = KMeans.builder().codebookSize(128).build().run(normal).distortion();
        assertNearLeastSquares(result, normal);
        assertTrue(
                last.distortion() < 1.4 * best,
                last.distortion() + " against " + best); // k-means moves every code freely
        assertEquals(61, result.epochs().size());
        double measured = TestVectors.distortion(
                normal, new VectorQuantizer(result.codebook().fold()));
        assertEquals(measured, result.distortion(), 1e-5 * measured);
        assertTrue(last.distortion() < 0.5 * first.distortion());
        assertTrue(last.usage().utilization() > 0.9 && first.usage().utilization() < 0.6);
        assertEquals(4000, last.usage().tokens());
        Codebook untrained = SimVq.builder()
                .codebookSize(128)
                .epochs(0)
                .build()
                .run(normal)
                .codebook()
                .basis();
        assertEquals(untrained, result.codebook().basis());
        double power = 0;
        for (float c : untrained.vectors()) {
            power += (double) c * c;
        }
        assertEquals(1.0 / 6, power / (128 * 6), 0.03); // variance 1/d
    }

    /** With one code vector the best distortion is the variance of the vectors. */
    @Test
    void oneCodeVectorGoesToTheMean() {
        Codebook codebook = SimVq.builder()
                .codebookSize(1)
                .epochs(200)
                .batchSize(4000)
                .learningRate(0.02)
                .build()
                .fit(VECTORS);
        double[] mean = Covariance.mean(VECTORS);
        for (int k = 0; k < 6; k++) {
            assertEquals(mean[k], codebook.get(0, k), 0.05);
        }
    }

    @Test
    void vqganLcProjectsTheCentresOfTheFeatures() {
        Latents features = TestVectors.mixture(8, 1000, 9, 30);
        VqganLc learner = VqganLc.builder()
                .codebookSize(64)
                .epochs(30)
                .batchSize(500)
                .learningRate(1e-2)
                .build();
        ProjectedCodebookResult result = learner.run(features, VECTORS);
        Codebook basis = KMeans.builder().codebookSize(64).build().fit(features);
        assertEquals(basis, result.codebook().basis());
        assertEquals(result, learner.run(basis, VECTORS));
        assertEquals(result.codebook().fold(), learner.fit(features, VECTORS));
        assertTrue(result.distortion() < 0.5 * result.epochs().getFirst().distortion());
        assertNearLeastSquares(result, VECTORS);
    }

    /** For the choices at the end no other map of the basis should be much better; that one has a closed form. */
    private static void assertNearLeastSquares(ProjectedCodebookResult result, Latents latents) {
        Codebook basis = result.codebook().basis();
        int[] indices = new VectorQuantizer(result.codebook().fold()).quantize(latents);
        Lift best = Lift.fit(latents, basis, indices);
        Codebook bestCodes = new ProjectedCodebook(basis, best.weight(), best.bias()).fold();
        double least =
                Distortions.between(latents, new VectorQuantizer(bestCodes).dequantize(indices, latents.count()));
        assertEquals(least, result.distortion(), 0.05 * least);
    }

    @Test
    void sameProjectionForAnyThreadCount() {
        SimVq.Builder sim = SimVq.builder().codebookSize(40).epochs(2).batchSize(3000);
        VqganLc.Builder lc = VqganLc.builder().codebookSize(40).epochs(2).batchSize(700);
        ProjectedCodebookResult simOne = sim.threads(1).build().run(VECTORS);
        ProjectedCodebookResult lcOne = lc.threads(1).build().run(VECTORS, VECTORS);
        for (int threads : new int[] {2, 7}) {
            assertEquals(simOne, sim.threads(threads).build().run(VECTORS));
            assertEquals(lcOne, lc.threads(threads).build().run(VECTORS, VECTORS));
        }
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> SimVq.builder().codebookSize(0));
        assertThrows(
                IllegalArgumentException.class, () -> SimVq.builder().epochs(-1).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> SimVq.builder().batchSize(0).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> SimVq.builder().learningRate(0).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> VqganLc.builder().threads(0).build());
        assertThrows(
                IllegalArgumentException.class, () -> SimVq.builder().build().run(Latents.of(0, 2, new float[0])));
        assertThrows(
                IllegalArgumentException.class,
                () -> SimVq.builder().build().run(Latents.of(1, 1, new float[] {Float.POSITIVE_INFINITY})));
    }
}
