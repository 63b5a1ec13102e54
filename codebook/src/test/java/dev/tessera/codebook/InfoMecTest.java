package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

class InfoMecTest {
    /** All pairs of 0 .. n - 1, each {@code repeats} times, [samples x 2]. */
    private static int[] grid(int n, int repeats) {
        int[] pairs = new int[2 * n * n * repeats];
        for (int i = 0; i < n * n * repeats; i++) {
            pairs[2 * i] = i % n;
            pairs[2 * i + 1] = i / n % n;
        }
        return pairs;
    }

    private static int[] map(int[] pairs, IntBinaryOperator... latents) {
        int[] result = new int[pairs.length / 2 * latents.length];
        for (int i = 0; i < pairs.length / 2; i++) {
            for (int j = 0; j < latents.length; j++) {
                result[i * latents.length + j] = latents[j].applyAsInt(pairs[2 * i], pairs[2 * i + 1]);
            }
        }
        return result;
    }

    @Test
    void onePerSourceIsPerfect() {
        int[] sources = grid(5, 3);
        InfoMec found = InfoMec.of(map(sources, (a, b) -> 4 - b, (a, b) -> 7, (a, b) -> 10 * a), 3, sources, 2);
        assertEquals(2, found.activeLatents());
        assertEquals(1, found.nmi(0, 2), 1e-12);
        assertEquals(0, found.nmi(0, 0));
        assertEquals(0, found.nmi(0, 1));
        assertEquals(1, found.infoM(), 1e-12);
        assertEquals(1, found.infoC(), 1e-12);
        assertEquals(1, found.infoE(), 1e-6);
    }

    @Test
    void aRotationIsExplicitButNeitherModularNorCompact() {
        int[] sources = grid(6, 1);
        InfoMec found = InfoMec.of(map(sources, (a, b) -> a + b, (a, b) -> a - b), 2, sources, 2);
        assertEquals(0, found.infoM(), 1e-12);
        assertEquals(0, found.infoC(), 1e-12);
        assertEquals(1, found.infoE(), 1e-6);
        assertTrue(found.nmi(0, 0) > 0.1);
    }

    @Test
    void xorIsNotExplicit() {
        int[] sources = grid(2, 5);
        InfoMec found = InfoMec.of(map(sources, (a, b) -> a ^ b, (a, b) -> b), 2, sources, 2);
        assertEquals(0, found.nmi(0, 0));
        assertEquals(0.5, found.infoE(), 1e-6); // b is read off, a is not linear in (a xor b, b)
    }

    @Test
    void independentLatentsScoreZero() {
        int[] sources = new int[2 * 36];
        int[] latents = new int[2 * 36];
        for (int i = 0; i < 36; i++) {
            sources[2 * i] = i % 3;
            sources[2 * i + 1] = i / 3 % 3;
            latents[2 * i] = i / 9 % 2;
            latents[2 * i + 1] = i / 18;
        }
        InfoMec found = InfoMec.of(latents, 2, sources, 2);
        assertEquals(0, found.infoM());
        assertEquals(0, found.infoC());
        assertEquals(0, found.infoE(), 1e-12);
    }

    /**
     * Joint counts (source, latent): (0,0) 3, (0,1) 1, (1,1) 4. H(s) = 1 bit; H(s|z) = 5/8 h(1/5), so NMI = 1 - 5/8 x
     * 0.7219281 = 0.5487949. One binary latent: logistic regression reaches H(s|z), so InfoE is the same.
     */
    @Test
    void handComputedInformation() {
        int[] sources = {0, 0, 0, 0, 1, 1, 1, 1};
        int[] latents = {0, 0, 0, 1, 1, 1, 1, 1};
        InfoMec found = InfoMec.of(latents, 1, sources, 1);
        assertEquals(0.5487949406953985, found.nmi(0, 0), 1e-12);
        assertEquals(0.5487949406953985, found.infoE(), 1e-6);
        assertTrue(Double.isNaN(found.infoM()));
        assertTrue(Double.isNaN(found.infoC()));
    }

    @Test
    void regressionReachesTheOptimumOfGradientDescent() {
        Random random = new Random(4);
        int samples = 400;
        double[] features = new double[samples * 3];
        int[] classes = new int[samples];
        for (int i = 0; i < samples; i++) {
            features[3 * i] = random.nextGaussian();
            features[3 * i + 1] = random.nextGaussian();
            features[3 * i + 2] = 1;
            double score = features[3 * i] - 0.5 * features[3 * i + 1] + random.nextGaussian();
            classes[i] = score < -0.7 ? 0 : score < 0.6 ? 1 : 2;
        }
        double newton = new SoftmaxRegression(features, samples, classes, 3).fit();
        double descent = gradientDescent(features, samples, classes, 3);
        assertEquals(descent, newton, 1e-8);
    }

    private static double gradientDescent(double[] x, int samples, int[] classes, int classCount) {
        double[][] w = new double[classCount][3];
        double loss = 0;
        for (int step = 0; step < 6000; step++) {
            double[][] gradient = new double[classCount][3];
            loss = 0;
            for (int i = 0; i < samples; i++) {
                double[] p = new double[classCount];
                double sum = 0;
                for (int c = 0; c < classCount; c++) {
                    p[c] = Math.exp(w[c][0] * x[3 * i] + w[c][1] * x[3 * i + 1] + w[c][2]);
                    sum += p[c];
                }
                loss -= Math.log(p[classes[i]] / sum) / samples;
                for (int c = 0; c < classCount; c++) {
                    for (int t = 0; t < 3; t++) {
                        gradient[c][t] += (p[c] / sum - (c == classes[i] ? 1 : 0)) * x[3 * i + t] / samples;
                    }
                }
            }
            for (int c = 0; c < classCount; c++) {
                for (int t = 0; t < 3; t++) {
                    w[c][t] -= gradient[c][t];
                }
            }
        }
        return loss;
    }

    @Test
    void badArguments() {
        int[] four = {0, 1, 0, 1};
        assertThrows(IllegalArgumentException.class, () -> InfoMec.of(four, 0, four, 1));
        assertThrows(IllegalArgumentException.class, () -> InfoMec.of(four, 3, four, 1));
        assertThrows(IllegalArgumentException.class, () -> InfoMec.of(four, 2, four, 1));
        assertThrows(IllegalArgumentException.class, () -> InfoMec.of(new int[0], 1, new int[0], 1));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> InfoMec.of(four, 1, new int[] {3, 3, 3, 3}, 1))
                .getMessage()
                .contains("source 0 has the value 3"));
        assertThrows(
                IllegalArgumentException.class,
                () -> InfoMec.of(four, 1, four, 1).nmi(0, 1));
    }
}
