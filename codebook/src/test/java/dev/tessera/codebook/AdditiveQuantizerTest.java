package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdditiveQuantizerTest {
    private static List<Codebook> books(long seed, int dim, int... sizes) {
        SplittableRandom random = new SplittableRandom(seed);
        return Arrays.stream(sizes)
                .mapToObj(size -> {
                    float[] codes = new float[size * dim];
                    for (int i = 0; i < codes.length; i++) {
                        codes[i] = (float) (2 * random.nextGaussian() + 5);
                    }
                    return Codebook.of(size, dim, codes);
                })
                .toList();
    }

    private static Latents vectors(long seed, int count, int dim, double mean) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count * dim];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (3 * random.nextGaussian() + mean);
        }
        return Latents.of(count, dim, x);
    }

    private static double squared(Quantizer quantizer, Latents vectors, int i, int[] indices) {
        float[] y = quantizer.dequantize(indices, 1).data();
        double sum = 0;
        for (int k = 0; k < y.length; k++) {
            sum += Math.pow((double) vectors.data()[i * y.length + k] - y[k], 2);
        }
        return sum;
    }

    /** Sizes that differ, against all 4 x 7 x 5 = 140 sums; the beam is too narrow to find them all. */
    @ParameterizedTest
    @ValueSource(ints = {0, 42, 304, 305, 306})
    void findsTheBestOfAllSumsWhenItLooksLongEnough(int seed) {
        int dim = 4;
        List<Codebook> codebooks = books(seed, dim, 4, 7, 5);
        Latents vectors = vectors(seed + 1, 100, dim, 15);
        assertEquals(100, bestFound(new AdditiveQuantizer(codebooks, new AdditiveSearch(2, 100, 3, 4, 9)), vectors));
        assertTrue(bestFound(new AdditiveQuantizer(codebooks, new AdditiveSearch(1, 0, 1, 4, 9)), vectors) < 95);
    }

    private static int bestFound(AdditiveQuantizer quantizer, Latents vectors) {
        int[] found = quantizer.quantize(vectors);
        int bestFound = 0;
        for (int i = 0; i < vectors.count(); i++) {
            double best = Double.POSITIVE_INFINITY;
            for (int all = 0; all < 140; all++) {
                best = Math.min(best, squared(quantizer, vectors, i, new int[] {all % 4, all / 4 % 7, all / 28}));
            }
            double actual = squared(quantizer, vectors, i, Arrays.copyOfRange(found, i * 3, i * 3 + 3));
            bestFound += actual <= best * (1 + 1e-4) ? 1 : 0;
        }
        return bestFound;
    }

    /** A beam as wide as all partial sums is an exhaustive search. */
    @Test
    void aWideBeamAloneIsExhaustive() {
        AdditiveQuantizer quantizer = new AdditiveQuantizer(books(4, 5, 6, 6, 6), new AdditiveSearch(36, 0, 1, 1, 1));
        Latents vectors = vectors(8, 60, 5, 15);
        int[] found = quantizer.quantize(vectors);
        for (int i = 0; i < 60; i++) {
            double best = Double.POSITIVE_INFINITY;
            for (int all = 0; all < 216; all++) {
                best = Math.min(best, squared(quantizer, vectors, i, new int[] {all % 6, all / 6 % 6, all / 36}));
            }
            assertEquals(
                    best, squared(quantizer, vectors, i, Arrays.copyOfRange(found, i * 3, i * 3 + 3)), 1e-4 * best);
        }
    }

    @Test
    void neitherPlaceNorThreadsShowInTheIndices() {
        AdditiveQuantizer quantizer =
                new AdditiveQuantizer(books(1, 6, 16, 16, 16, 16), new AdditiveSearch(2, 3, 2, 2, 5));
        Latents vectors = vectors(2, 4500, 6, 20);
        int[] one = quantizer.quantize(vectors, 1);
        assertArrayEquals(one, quantizer.quantize(vectors, 2));
        assertArrayEquals(one, quantizer.quantize(vectors, 7));
        Latents last = Latents.of(1, 6, Arrays.copyOfRange(vectors.data(), 4499 * 6, 4500 * 6));
        assertArrayEquals(Arrays.copyOfRange(one, 4499 * 4, 4500 * 4), quantizer.quantize(last));
    }

    @Test
    void improvingRaisesTheErrorOfNoVectorAndBeatsGreedySearch() {
        List<Codebook> codebooks = books(1, 6, 16, 16, 16, 16);
        AdditiveQuantizer quantizer = new AdditiveQuantizer(codebooks);
        Latents vectors = vectors(2, 500, 6, 20);
        int[] greedy = new ResidualQuantizer(codebooks).quantize(vectors);
        int[] improved = quantizer.improve(vectors, greedy, 2);
        double before = 0;
        double after = 0;
        for (int i = 0; i < 500; i++) {
            double was = squared(quantizer, vectors, i, Arrays.copyOfRange(greedy, i * 4, i * 4 + 4));
            double is = squared(quantizer, vectors, i, Arrays.copyOfRange(improved, i * 4, i * 4 + 4));
            assertTrue(is <= was + 1e-3, "vector " + i);
            before += was;
            after += is;
        }
        assertTrue(after < 0.7 * before, before + " -> " + after);
    }

    /** Vectors that are sums of code vectors come back, even far from the origin. */
    @Test
    void sumsOfCodeVectorsAreFoundAgain() {
        List<Codebook> codebooks = books(7, 12, 8, 8, 8);
        List<Codebook> far = codebooks.stream()
                .map(c -> {
                    float[] codes = c.toArray();
                    for (int i = 0; i < codes.length; i++) {
                        codes[i] += 1000;
                    }
                    return Codebook.of(8, 12, codes);
                })
                .toList();
        AdditiveQuantizer quantizer = new AdditiveQuantizer(far);
        SplittableRandom random = new SplittableRandom(3);
        int[] indices = random.ints(300, 0, 8).toArray();
        assertArrayEquals(indices, quantizer.quantize(quantizer.dequantize(indices, 100)));
    }

    @Test
    void badArgumentsAreNamed() {
        List<Codebook> codebooks = books(1, 2, 3, 3);
        AdditiveQuantizer quantizer = new AdditiveQuantizer(codebooks);
        Latents two = Latents.of(1, 2, new float[2]);
        assertThrows(IllegalArgumentException.class, () -> new AdditiveQuantizer(List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AdditiveQuantizer(List.of(codebooks.get(0), Codebook.of(1, 3, new float[3]))));
        assertThrows(
                IllegalArgumentException.class,
                () -> new AdditiveQuantizer(List.of(Codebook.of(4097, 1, new float[4097]))));
        assertThrows(IllegalArgumentException.class, () -> quantizer.improve(two, new int[3], 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.improve(two, new int[] {0, 3}, 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {0, -1}, 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[3], 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Latents.of(1, 3, new float[3])));
        assertThrows(IllegalArgumentException.class, () -> new AdditiveSearch(0, 1, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new AdditiveSearch(1, -1, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new AdditiveSearch(1, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new AdditiveSearch(1, 1, 1, 0, 1));
    }
}
