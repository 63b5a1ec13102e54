package dev.tessera.evalgpl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.eval.learn.CodebookLearner;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SmileLearnersTest {
    private static Latents mixture(long seed, int count, int dim, int centres) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] c = random.doubles((long) centres * dim, -8, 8).toArray();
        float[] x = new float[count * dim];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(centres);
            for (int t = 0; t < dim; t++) {
                x[i * dim + t] = (float) (c[j * dim + t] + random.nextGaussian());
            }
        }
        return Latents.of(count, dim, x);
    }

    private static double distortion(Latents vectors, Codebook codebook) {
        VectorQuantizer quantizer = new VectorQuantizer(codebook);
        float[] y = quantizer
                .dequantize(quantizer.quantize(vectors), vectors.count())
                .data();
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += Math.pow((double) vectors.data()[i] - y[i], 2);
        }
        return sum / vectors.count();
    }

    private static Codebook firstVectors(Latents vectors, int k) {
        return Codebook.of(k, vectors.dim(), Arrays.copyOf(vectors.data(), k * vectors.dim()));
    }

    private static Codebook kMeans(Latents vectors, int k) {
        return KMeans.builder().codebookSize(k).iterations(50).build().fit(vectors);
    }

    private static Codebook map(Latents vectors, int rows, int cols, long seed) {
        return SelfOrganizingMap.builder()
                .rows(rows)
                .cols(cols)
                .epochs(8)
                .seed(seed)
                .build()
                .fit(vectors);
    }

    private static Codebook gas(Latents vectors, int codes, long seed) {
        return NeuralGasCodebook.builder()
                .codes(codes)
                .epochs(8)
                .seed(seed)
                .build()
                .fit(vectors);
    }

    @Test
    void distortionIsBelowThatOfRandomVectorsAndNotFarFromKMeans() {
        Latents vectors = mixture(1, 1500, 4, 12);
        double random = distortion(vectors, firstVectors(vectors, 36));
        double kMeans = distortion(vectors, kMeans(vectors, 36));
        double map = distortion(vectors, map(vectors, 6, 6, 1));
        double gas = distortion(vectors, gas(vectors, 36, 1));
        assertTrue(map < 0.8 * random, "map " + map + " random " + random + " k-means " + kMeans);
        assertTrue(gas < 0.7 * random, "gas " + gas + " random " + random + " k-means " + kMeans);
        assertTrue(gas < 1.1 * kMeans, "gas " + gas + " k-means " + kMeans);
    }

    @Test
    void neighboursOnTheMapAreNearEachOther() {
        Latents vectors = mixture(2, 1500, 3, 10);
        int rows = 5;
        int cols = 8;
        Codebook map = map(vectors, rows, cols, 1);
        double neighbours = 0;
        int neighbourPairs = 0;
        double all = 0;
        int pairs = 0;
        for (int a = 0; a < rows * cols; a++) {
            for (int b = a + 1; b < rows * cols; b++) {
                double distance = distance(map.codeVector(a), map.codeVector(b));
                all += distance;
                pairs++;
                if (Math.abs(a / cols - b / cols) + Math.abs(a % cols - b % cols) == 1) {
                    neighbours += distance;
                    neighbourPairs++;
                }
            }
        }
        assertEquals(rows * (cols - 1) + cols * (rows - 1), neighbourPairs);
        double ratio = neighbours / neighbourPairs / (all / pairs);
        assertTrue(ratio < 0.45, "neighbours have " + ratio + " of the mean distance");
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int t = 0; t < a.length; t++) {
            sum += Math.pow((double) a[t] - b[t], 2);
        }
        return Math.sqrt(sum);
    }

    /** On a uniform square the map must unfold: the corner units lie in the four corners. */
    @Test
    void theMapOfASquareIsASquare() {
        SplittableRandom random = new SplittableRandom(3);
        float[] x = new float[2 * 2000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextDouble() * (i % 2 == 0 ? 1.1 : 1)); // a little wider than high
        }
        Codebook map = map(Latents.of(2000, 2, x), 6, 6, 4);
        int[] corners = {0, 5, 30, 35};
        int seen = 0;
        for (int corner : corners) {
            seen |= 1 << ((map.get(corner, 0) > 0.55 ? 1 : 0) + (map.get(corner, 1) > 0.5 ? 2 : 0));
            assertTrue(Math.abs(map.get(corner, 0) - 0.55) > 0.3 && Math.abs(map.get(corner, 1) - 0.5) > 0.3);
        }
        assertEquals(15, seen);
    }

    @Test
    void sameSeedSameCodebook() {
        Latents vectors = mixture(5, 400, 3, 6);
        assertEquals(map(vectors, 3, 4, 7), map(vectors, 3, 4, 7));
        assertNotEquals(map(vectors, 3, 4, 7), map(vectors, 3, 4, 8));
        assertEquals(gas(vectors, 12, 7), gas(vectors, 12, 7));
        assertNotEquals(gas(vectors, 12, 7), gas(vectors, 12, 8));
    }

    @Test
    void smallAndDegenerateData() {
        Latents three = Latents.of(6, 1, new float[] {0, 0, 5, 5, 9, 9});
        float[] codes = NeuralGasCodebook.builder()
                .codes(8)
                .epochs(50)
                .build()
                .fit(three)
                .toArray();
        Arrays.sort(codes);
        assertArrayEquals(new float[] {0, 5, 9}, codes, 0.1f);
        Latents equal = Latents.of(3, 2, new float[] {1, 2, 1, 2, 1, 2});
        assertEquals(Codebook.of(1, 2, new float[] {1, 2}), gas(equal, 4, 1));
        assertEquals(0, distortion(equal, map(equal, 2, 2, 1)), 1e-9);
        assertEquals(5, map(three, 1, 5, 1).codebookSize());
    }

    @Test
    void badArgumentsAreNamed() {
        message("rows is 0", () -> SelfOrganizingMap.builder().rows(0));
        message("cols is 0", () -> SelfOrganizingMap.builder().cols(0));
        message("epochs is 0", () -> SelfOrganizingMap.builder().epochs(0));
        message("codes is 1", () -> NeuralGasCodebook.builder().codes(1));
        Latents none = Latents.of(0, 2, new float[0]);
        message("no vectors", () -> map(none, 2, 2, 1));
        message("no vectors", () -> gas(none, 2, 1));
        Latents infinite = Latents.of(2, 1, new float[] {0, Float.POSITIVE_INFINITY});
        message("finite", () -> map(infinite, 2, 2, 1));
        message("finite", () -> gas(infinite, 2, 1));
    }

    private static void message(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void learnersAreFoundByName() {
        Latents vectors = mixture(3, 300, 4, 6);
        assertArrayEquals(
                map(vectors, 3, 4, 7).toArray(),
                CodebookLearner.named("som")
                        .orElseThrow()
                        .fit(vectors, 12, 8, 7)
                        .toArray());
        assertEquals(
                5,
                CodebookLearner.named("neuralgas")
                        .orElseThrow()
                        .fit(vectors, 5, 2, 1)
                        .codebookSize());
        assertTrue(CodebookLearner.named("kmeans").isEmpty());
    }
}
