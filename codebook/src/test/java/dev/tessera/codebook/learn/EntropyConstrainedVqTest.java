package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntropyConstrainedVqTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.05, 0.5, 3, 20})
    void theObjectiveNeverRises(double lambda) {
        for (int seed = 0; seed < 4; seed++) {
            EcvqResult result = learn(TestVectors.mixture(seed, 3000, 4, 20), lambda, 2);
            List<Double> objectives = result.objectives();
            for (int i = 1; i < objectives.size(); i++) {
                assertTrue(objectives.get(i) <= objectives.get(i - 1) * (1 + 1e-6), objectives::toString);
            }
        }
    }

    @Test
    void entropyFallsWithLambdaAndDistortionRises() {
        Latents vectors = TestVectors.mixture(61, 4000, 4, 20);
        EcvqResult before = learn(vectors, 0, 2);
        for (double lambda : new double[] {0.1, 0.4, 1.6, 6.4, 25}) {
            EcvqResult result = learn(vectors, lambda, 2);
            assertTrue(result.entropy() < before.entropy(), "entropy at lambda " + lambda);
            assertTrue(result.distortion() > before.distortion(), "distortion at lambda " + lambda);
            before = result;
        }
        assertTrue(before.codebook().codebookSize() < 100);
    }

    /**
     * Gish and Pierce 1968, at high rate: D = lambda / (2 ln 2), 0.254 bit above the rate-distortion function. The
     * objective is flat around its minimum, so that D and R alone are less exact.
     */
    @Test
    void gaussianSourceMeetsHighRateTheory() {
        SplittableRandom random = new SplittableRandom(5);
        float[] x = new float[60_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        double lambda = 0.02;
        EcvqResult result = EntropyConstrainedVq.builder()
                .lambda(lambda)
                .codebookSize(256)
                .iterations(300)
                .build()
                .run(Latents.of(x.length, 1, x));
        double distortion = lambda / (2 * Math.log(2));
        assertEquals(distortion, result.distortion(), 0.1 * distortion);
        double objective = distortion + lambda * (0.2546 + log2(1 / distortion) / 2);
        assertEquals(objective, result.objectives().getLast(), 0.004 * objective);
        assertEquals(0.254, result.entropy() - log2(1 / result.distortion()) / 2, 0.01);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    @Test
    void theResultIsThatOfItsQuantizer() {
        Latents vectors = TestVectors.mixture(62, 3000, 4, 20);
        EcvqResult result = learn(vectors, 0.8, 2);
        assertEquals(
                TestVectors.distortion(vectors, result.quantizer()), result.distortion(), 1e-9 * result.distortion());
        double[] counts = new double[result.rates().length];
        for (int index : result.quantizer().quantize(vectors)) {
            counts[index]++;
        }
        double entropy = 0;
        for (double count : counts) {
            entropy -= count == 0 ? 0 : count / 3000 * Math.log(count / 3000) / Math.log(2);
        }
        assertEquals(entropy, result.entropy(), 1e-9);
        double kraft = 0;
        for (float rate : result.rates()) {
            kraft += Math.pow(2, -rate);
        }
        assertEquals(1, kraft, 1e-5);
    }

    @Test
    void convergedRatesAreThoseOfTheCounts() {
        Latents vectors = TestVectors.mixture(63, 1000, 2, 5);
        EcvqResult result = EntropyConstrainedVq.builder()
                .lambda(1)
                .codebookSize(12)
                .iterations(1000)
                .build()
                .run(vectors);
        assertTrue(result.converged());
        float[] expected = new float[result.rates().length];
        int[] counts = new int[expected.length];
        for (int index : result.quantizer().quantize(vectors)) {
            counts[index]++;
        }
        for (int j = 0; j < expected.length; j++) {
            expected[j] = (float) (-Math.log(counts[j] / 1000.0) / Math.log(2));
        }
        assertArrayEquals(expected, result.rates(), 1e-5f);
    }

    @Test
    void sameResultForAnyThreadCount() {
        Latents vectors = TestVectors.mixture(64, 6000, 4, 20);
        EcvqResult one = learn(vectors, 0.5, 1);
        for (int threads : new int[] {2, 7}) {
            EcvqResult other = learn(vectors, 0.5, threads);
            assertEquals(one.codebook(), other.codebook());
            assertArrayEquals(one.rates(), other.rates());
            assertEquals(one.distortions(), other.distortions());
        }
    }

    private static EcvqResult learn(Latents vectors, double lambda, int threads) {
        return EntropyConstrainedVq.builder()
                .lambda(lambda)
                .codebookSize(100)
                .iterations(30)
                .threads(threads)
                .build()
                .run(vectors);
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(
                IllegalArgumentException.class,
                () -> EntropyConstrainedVq.builder().lambda(-1));
        assertThrows(
                IllegalArgumentException.class,
                () -> EntropyConstrainedVq.builder().lambda(Double.NaN));
        assertThrows(
                IllegalArgumentException.class,
                () -> EntropyConstrainedVq.builder().codebookSize(0));
        EntropyConstrainedVq learner = EntropyConstrainedVq.builder().build();
        assertThrows(IllegalArgumentException.class, () -> learner.fit(Latents.of(0, 2, new float[0])));
        assertThrows(IllegalArgumentException.class, () -> learner.fit(Latents.of(1, 1, new float[] {Float.NaN})));
    }
}
