package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.learn.KMeans;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EcvqQuantizerTest {
    private static final Latents VECTORS = TestVectors.mixture(41, 5000, 5, 12);
    private static final Codebook CODES =
            KMeans.builder().codebookSize(60).build().fit(VECTORS);

    private static float[] rates() {
        float[] rates = new float[60];
        for (int j = 0; j < 60; j++) {
            rates[j] = j * 37 % 60 / 5f;
        }
        return rates;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.01, 0.7, 30})
    void minimisesDistortionPlusLambdaTimesRate(double lambda) {
        float[] rates = rates();
        int[] indices = new EcvqQuantizer(CODES, rates, lambda).quantize(VECTORS);
        int moved = 0;
        int[] nearest = new VectorQuantizer(CODES).quantize(VECTORS);
        for (int i = 0; i < 5000; i++) {
            double best = Double.POSITIVE_INFINITY;
            for (int j = 0; j < 60; j++) {
                best = Math.min(best, cost(i, j, rates, lambda));
            }
            assertEquals(best, cost(i, indices[i], rates, lambda), 1e-4 * (1 + best));
            moved += indices[i] == nearest[i] ? 0 : 1;
        }
        assertEquals(lambda > 0, moved > 0, moved + " vectors moved");
    }

    private static double cost(int i, int j, float[] rates, double lambda) {
        double sum = lambda * rates[j];
        for (int t = 0; t < 5; t++) {
            sum += Math.pow((double) VECTORS.data()[i * 5 + t] - CODES.get(j, t), 2);
        }
        return sum;
    }

    /**
     * Between codes 0 and 2 with rates 1 and 3 bits and lambda 0.5 the boundary is at x^2 + .5 = (x - 2)^2 + 1.5, 1.25.
     */
    @Test
    void boundaryMovesAsTheEquationSays() {
        EcvqQuantizer quantizer = new EcvqQuantizer(Codebook.of(2, 1, new float[] {0, 2}), new float[] {1, 3}, 0.5);
        assertArrayEquals(
                new int[] {0, 0, 1, 1}, quantizer.quantize(Latents.of(4, 1, new float[] {1.01f, 1.249f, 1.251f, 2})));
    }

    @Test
    void sameIndicesForAnyThreadCountAndFromItsParts() {
        EcvqQuantizer quantizer = new EcvqQuantizer(CODES, rates(), 0.3);
        int[] one = quantizer.quantize(VECTORS);
        for (int threads : new int[] {2, 7}) {
            assertArrayEquals(one, quantizer.quantize(VECTORS, threads));
        }
        EcvqQuantizer again = new EcvqQuantizer(
                Codebook.of(60, 5, quantizer.codebook().toArray()), quantizer.rates(), quantizer.lambda());
        assertArrayEquals(one, again.quantize(VECTORS));
    }

    @Test
    void badArgumentsAreNamed() {
        Codebook two = Codebook.of(2, 1, new float[] {0, 1});
        assertThrows(IllegalArgumentException.class, () -> new EcvqQuantizer(two, new float[1], 1));
        assertThrows(IllegalArgumentException.class, () -> new EcvqQuantizer(two, new float[] {1, -1}, 1));
        assertThrows(IllegalArgumentException.class, () -> new EcvqQuantizer(two, new float[] {1, Float.NaN}, 1));
        assertThrows(IllegalArgumentException.class, () -> new EcvqQuantizer(two, new float[2], -1));
        EcvqQuantizer quantizer = new EcvqQuantizer(two, new float[2], 1);
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {2}, 1));
        assertTrue(error.getMessage().contains("[0, 2)"), error.getMessage());
    }
}
