package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.learn.KMeans;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NestedCodebookTest {
    /** Values on a coarse grid: many equal code vectors and equal costs. */
    private static Codebook coarseValues(long seed, int k, int dim) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] vectors = new float[k * dim];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = random.nextInt(5);
        }
        return Codebook.of(k, dim, vectors);
    }

    @Property(tries = 150)
    void booksNest(
            @ForAll @IntRange(min = 1, max = 60) int k,
            @ForAll @IntRange(min = 1, max = 10) int dim,
            @ForAll @IntRange(min = 0, max = 9999) int seed) {
        Codebook full = seed % 2 == 0
                ? coarseValues(seed, k, dim)
                : Codebook.of(k, dim, TestVectors.mixture(seed, k, dim, 5).data());
        long[] usage = new SplittableRandom(seed).longs(k, 0, 6).toArray();
        NestedCodebook nested = NestedCodebook.of(full, usage);
        int[] all = IntStream.range(0, k).toArray();
        int[] finest = nested.coarse(all, k);
        assertArrayEquals(nested.order(), inverse(finest));
        assertEquals(CodebookOrder.permute(full, nested.order()), nested.codebook(k));
        for (int size = k - 1; size >= 1; size--) {
            int[] coarse = nested.coarse(all, size);
            int[] finer = nested.coarse(all, size + 1);
            for (int i = 0; i < k; i++) {
                assertEquals(nested.coarse(i, size), coarse[i]);
                assertEquals(finer[i] < size ? finer[i] : nested.parents()[size], coarse[i]);
            }
            assertEquals(size, Arrays.stream(coarse).distinct().count());
            assertEquals(size, nested.codebook(size).codebookSize());
        }
    }

    private static int[] inverse(int[] permutation) {
        int[] inverse = new int[permutation.length];
        for (int i = 0; i < inverse.length; i++) {
            inverse[permutation[i]] = i;
        }
        return inverse;
    }

    @Property(tries = 60)
    void distortionIsThatOfTheMeansAndFallsFasterAtFirst(
            @ForAll @IntRange(min = 2, max = 60) int k, @ForAll @IntRange(min = 0, max = 9999) int seed) {
        Codebook full = Codebook.of(k, 3, TestVectors.mixture(seed, k, 3, 5).data());
        long[] usage = new SplittableRandom(seed).longs(k, 1, 60).toArray();
        NestedCodebook nested = NestedCodebook.of(full, usage);
        for (int size = 1; size <= k; size++) {
            Codebook cut = nested.codebook(size);
            double sum = 0;
            for (int i = 0; i < k; i++) {
                for (int t = 0; t < 3; t++) {
                    sum += usage[i] * Math.pow(full.get(i, t) - cut.get(nested.coarse(i, size), t), 2);
                }
            }
            double expected = sum / Arrays.stream(usage).sum();
            assertEquals(expected, nested.distortion(size), 1e-5 * (1 + expected));
        }
        assertEquals(0, nested.distortion(k));
        double gain = Double.POSITIVE_INFINITY;
        for (int size = 1; size < k; size++) {
            double next = nested.distortion(size) - nested.distortion(size + 1);
            assertTrue(next > 0 && next <= gain * (1 + 1e-9), "gain " + next + " after " + gain);
            gain = next;
        }
    }

    @Test
    void smallerBooksOfATrainedOneLoseByAndByOnLatents() {
        Latents latents = TestVectors.mixture(2, 6000, 8, 40);
        VectorQuantizer quantizer =
                new VectorQuantizer(KMeans.builder().codebookSize(128).build().fit(latents));
        int[] indices = quantizer.quantize(latents);
        NestedCodebook nested = NestedCodebook.of(
                quantizer.codebook(), UsageCounter.of(indices, 128, 1).counts());
        double before = Double.POSITIVE_INFINITY;
        double finest = TestVectors.distortion(latents, quantizer);
        for (int size : new int[] {1, 2, 4, 8, 16, 32, 64, 128}) {
            Latents back = new VectorQuantizer(nested.codebook(size)).dequantize(nested.coarse(indices, size), 6000);
            double sum = 0;
            for (int i = 0; i < back.data().length; i++) {
                sum += Math.pow(back.data()[i] - latents.data()[i], 2);
            }
            double distortion = sum / 6000;
            assertTrue(distortion < before, size + ": " + distortion + " after " + before);
            // code vectors are means of their latents: the parts of the distortion add up
            assertEquals(finest + nested.distortion(size), distortion, 0.01 * distortion);
            before = distortion;
        }
        // a tree of the means comes near a codebook trained for the size
        double trained = TestVectors.distortion(
                latents,
                new VectorQuantizer(KMeans.builder().codebookSize(32).build().fit(latents)));
        assertTrue(finest + nested.distortion(32) < 1.15 * trained);
    }

    @Test
    void partsMakeTheSameAgain() {
        Codebook full = Codebook.of(50, 4, TestVectors.mixture(6, 50, 4, 5).data());
        long[] usage = new SplittableRandom(6).longs(50, 0, 9).toArray();
        NestedCodebook nested = NestedCodebook.of(full, usage);
        NestedCodebook again = new NestedCodebook(nested.full(), nested.usage(), nested.order(), nested.parents());
        for (int size = 1; size <= 50; size++) {
            assertEquals(nested.codebook(size), again.codebook(size));
            assertEquals(nested.distortion(size), again.distortion(size));
            assertEquals(nested.coarse(17, size), again.coarse(17, size));
        }
        int[] order = nested.order();
        order[3] = order[4];
        assertThrows(IllegalArgumentException.class, () -> new NestedCodebook(full, usage, order, nested.parents()));
        int[] parents = nested.parents();
        parents[3] = 3;
        assertThrows(IllegalArgumentException.class, () -> new NestedCodebook(full, usage, nested.order(), parents));
    }

    @Test
    void aBookWithoutTokensIsWeightedEqually() {
        Codebook full = Codebook.of(6, 2, TestVectors.mixture(1, 6, 2, 3).data());
        NestedCodebook none = NestedCodebook.of(full, new long[6]);
        NestedCodebook ones = NestedCodebook.of(full, new long[] {1, 1, 1, 1, 1, 1});
        for (int size = 1; size <= 6; size++) {
            assertEquals(ones.codebook(size), none.codebook(size));
            assertEquals(ones.distortion(size), none.distortion(size), 1e-9);
        }
    }

    /** The greedy search with a table of all costs (Lance and Williams 1967), where principal axes are used and where not. */
    @ParameterizedTest
    @ValueSource(ints = {511, 600})
    void isTheGreedySearch(int size) {
        int dim = 40;
        SplittableRandom random = new SplittableRandom(17);
        float[] vectors = new float[size * dim];
        long[] usage = new long[size];
        for (int i = 0; i < size; i++) {
            double wide = 10 * random.nextGaussian();
            for (int t = 0; t < dim; t++) {
                vectors[i * dim + t] = (float) (100 + wide * Math.sin(t) + random.nextGaussian() / (1 + t));
            }
            usage[i] = random.nextInt(1, 50);
        }
        double[] weights = Arrays.stream(usage).asDoubleStream().toArray();
        double[][] costs = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                double squared = 0;
                for (int t = 0; t < dim; t++) {
                    squared += Math.pow((double) vectors[i * dim + t] - vectors[j * dim + t], 2);
                }
                costs[i][j] = weights[i] * weights[j] / (weights[i] + weights[j]) * squared;
                costs[j][i] = costs[i][j];
            }
        }
        double tokens = Arrays.stream(weights).sum();
        NestedCodebook nested = NestedCodebook.of(Codebook.of(size, dim, vectors), usage);
        double lost = 0;
        boolean[] gone = new boolean[size];
        for (int left = size - 1; left >= 1; left--) {
            int a = -1;
            int b = -1;
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < i && !gone[i]; j++) {
                    if (!gone[j] && (a < 0 || costs[i][j] < costs[a][b])) {
                        a = i;
                        b = j;
                    }
                }
            }
            double cost = costs[a][b];
            lost += cost;
            for (int k = 0; k < size; k++) {
                if (k != a && k != b && !gone[k]) {
                    double all = weights[a] + weights[b] + weights[k];
                    costs[b][k] = ((weights[a] + weights[k]) * costs[a][k]
                                    + (weights[b] + weights[k]) * costs[b][k]
                                    - weights[k] * cost)
                            / all;
                    costs[k][b] = costs[b][k];
                }
            }
            gone[a] = true;
            weights[b] += weights[a];
            assertEquals(lost / tokens, nested.distortion(left), 1e-9 * lost / tokens, "at size " + left);
        }
    }

    @Test
    void badArguments() {
        Codebook full = Codebook.of(3, 1, new float[] {1, 2, 3});
        assertThrows(IllegalArgumentException.class, () -> NestedCodebook.of(full, new long[2]));
        assertThrows(IllegalArgumentException.class, () -> NestedCodebook.of(full, new long[] {1, -2, 1}));
        NestedCodebook nested = NestedCodebook.of(full, new long[] {1, 2, 1});
        assertThrows(IllegalArgumentException.class, () -> nested.codebook(0));
        assertThrows(IllegalArgumentException.class, () -> nested.codebook(4));
        assertThrows(IllegalArgumentException.class, () -> nested.coarse(3, 2));
        assertThrows(IllegalArgumentException.class, () -> nested.coarse(new int[] {-1}, 2));
        assertThrows(IllegalArgumentException.class, () -> nested.coarse(0, 4));
        assertThrows(IllegalArgumentException.class, () -> nested.distortion(0));
    }
}
