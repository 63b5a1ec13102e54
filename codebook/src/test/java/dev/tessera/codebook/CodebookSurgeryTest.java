package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.internal.Assignment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CodebookSurgeryTest {
    private static Codebook book(int k, int dim, float... vectors) {
        return Codebook.of(k, dim, vectors);
    }

    private static Codebook random(long seed, int k, int dim) {
        return Codebook.of(k, dim, TestVectors.mixture(seed, k, dim, 4).data());
    }

    private static long[] randomUsage(long seed, int k) {
        return new SplittableRandom(seed).longs(k, 1, 100).toArray();
    }

    /** Greedy Ward on lists of members; every cost from the members' own mean. Returns the cluster of each index. */
    static int[] bruteForce(Codebook codebook, long[] usage, int size) {
        List<List<Integer>> clusters = new ArrayList<>();
        for (int i = 0; i < codebook.codebookSize(); i++) {
            clusters.add(new ArrayList<>(List.of(i)));
        }
        while (clusters.size() > size) {
            double best = Double.POSITIVE_INFINITY;
            int a = -1;
            int b = -1;
            for (int i = 0; i < clusters.size(); i++) {
                for (int j = i + 1; j < clusters.size(); j++) {
                    List<Integer> union = new ArrayList<>(clusters.get(i));
                    union.addAll(clusters.get(j));
                    double cost = spread(codebook, usage, union)
                            - spread(codebook, usage, clusters.get(i))
                            - spread(codebook, usage, clusters.get(j));
                    if (cost < best) {
                        best = cost;
                        a = i;
                        b = j;
                    }
                }
            }
            clusters.get(a).addAll(clusters.remove(b));
        }
        int[] cluster = new int[codebook.codebookSize()];
        for (int c = 0; c < size; c++) {
            for (int i : clusters.get(c)) {
                cluster[i] = c; // clusters stay in order of their lowest member
            }
        }
        return cluster;
    }

    static double[] mean(Codebook codebook, long[] usage, List<Integer> members) {
        double[] mean = new double[codebook.codeDim()];
        double weight = 0;
        for (int i : members) {
            weight += usage[i];
            for (int t = 0; t < mean.length; t++) {
                mean[t] += usage[i] * (double) codebook.get(i, t);
            }
        }
        for (int t = 0; t < mean.length; t++) {
            mean[t] /= weight;
        }
        return mean;
    }

    private static double spread(Codebook codebook, long[] usage, List<Integer> members) {
        double[] mean = mean(codebook, usage, members);
        double sum = 0;
        for (int i : members) {
            for (int t = 0; t < mean.length; t++) {
                sum += usage[i] * Math.pow(codebook.get(i, t) - mean[t], 2);
            }
        }
        return sum;
    }

    @Property(tries = 150)
    void mergeTakesTheCheapestPairAgainAndAgain(
            @ForAll @IntRange(min = 1, max = 14) int k,
            @ForAll @IntRange(min = 1, max = 11) int dim,
            @ForAll @IntRange(min = 0, max = 9999) int seed) {
        Codebook codebook = random(seed, k, dim);
        long[] usage = randomUsage(seed, k);
        for (int size = 1; size <= k; size++) {
            RemappedCodebook merged = CodebookSurgery.merge(codebook, usage, size);
            int[] expected = bruteForce(codebook, usage, size);
            assertArrayEquals(expected, merged.mapping());
            for (int c = 0; c < size; c++) {
                int cluster = c;
                List<Integer> members = IntStream.range(0, k)
                        .filter(i -> expected[i] == cluster)
                        .boxed()
                        .toList();
                double[] mean = mean(codebook, usage, members);
                for (int t = 0; t < dim; t++) {
                    assertEquals(mean[t], merged.codebook().get(c, t), 1e-5);
                }
                assertEquals(members.getFirst(), merged.origins()[c]);
            }
        }
    }

    @Test
    void mergeSendsUnusedCodesToTheNearestAndKeepsUsedOnesInPlace() {
        Codebook codebook = book(5, 1, 0, 1, 3, 10, 9.5f);
        RemappedCodebook merged = CodebookSurgery.merge(codebook, new long[] {5, 0, 7, 4, 0}, 3);
        assertArrayEquals(new int[] {0, 0, 1, 2, 2}, merged.mapping());
        assertArrayEquals(new float[] {0, 3, 10}, merged.codebook().toArray(), 1e-6f);
        assertArrayEquals(new int[] {2, 0, 1}, merged.remap(new int[] {4, 1, 2}));
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.remap(new int[] {0, 5}, merged.mapping()));
    }

    @Test
    void splitHalvesTheMostUsed() {
        Codebook codebook = book(3, 2, 0, 0, 1, 1, 2, 2);
        float[] d = {9, 9, 0.25f, -0.5f, 0.125f, 0};
        RemappedCodebook split = CodebookSurgery.split(codebook, new long[] {1, 8, 8}, 2, d);
        assertEquals(book(5, 2, 0, 0, 1.25f, 0.5f, 2.125f, 2, 0.75f, 1.5f, 1.875f, 2), split.codebook());
        assertArrayEquals(new int[] {0, 1, 2, 1, 2}, split.origins());
        assertArrayEquals(new int[] {0, 1, 2}, split.mapping());
    }

    @Test
    void derivedOffsetsAreSmallAndCentred() {
        Codebook codebook = random(3, 40, 6);
        long[] usage = randomUsage(3, 40);
        RemappedCodebook split = CodebookSurgery.split(codebook, usage, 40);
        assertEquals(
                split.codebook(), CodebookSurgery.split(codebook, usage, 40).codebook());
        VectorQuantizer quantizer = new VectorQuantizer(codebook);
        int[] nearest = quantizer.quantize(Latents.of(80, 6, split.codebook().toArray()));
        assertArrayEquals(split.origins(), nearest);
        for (int j = 40; j < 80; j++) {
            int i = split.origins()[j];
            for (int t = 0; t < 6; t++) {
                assertEquals(
                        2 * codebook.get(i, t),
                        split.codebook().get(i, t) + split.codebook().get(j, t),
                        1e-5);
                assertTrue(split.codebook().get(i, t) != split.codebook().get(j, t));
            }
        }
        Codebook one = CodebookSurgery.split(book(1, 1, 100), new long[] {0}, 1).codebook();
        assertEquals(3.125, Math.abs(one.get(0, 0) - one.get(1, 0)));
    }

    @Test
    void pruneKeepsTheUsed() {
        Codebook codebook = book(5, 1, 0, 10, 4, 4, 12);
        RemappedCodebook pruned = CodebookSurgery.prune(codebook, new long[] {3, 0, 1, 2, 9});
        assertEquals(book(4, 1, 0, 4, 4, 12), pruned.codebook());
        assertArrayEquals(new int[] {0, 3, 1, 2, 3}, pruned.mapping());
        assertArrayEquals(new int[] {0, 2, 3, 4}, pruned.origins());
        assertEquals(
                book(2, 1, 0, 12),
                CodebookSurgery.prune(codebook, new long[] {3, 0, 1, 2, 9}, 3).codebook());
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.prune(codebook, new long[5]));
        assertThrows(
                IllegalArgumentException.class, () -> CodebookSurgery.prune(codebook, new long[] {3, 0, 1, 2, 9}, 10));
    }

    private static double leastCost(double[][] cost, int row, int taken) {
        if (row == cost.length) {
            return 0;
        }
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < cost.length; j++) {
            if ((taken >> j & 1) == 0) {
                least = Math.min(least, cost[row][j] + leastCost(cost, row + 1, taken | 1 << j));
            }
        }
        return least;
    }

    @Property(tries = 300)
    void assignmentIsTheBestPermutation(
            @ForAll @IntRange(min = 1, max = 7) int n, @ForAll @IntRange(min = 0, max = 99_999) int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] cost = new double[n][n];
        for (double[] row : cost) {
            Arrays.setAll(row, j -> random.nextInt(seed % 2 == 0 ? 4 : 1000)); // many ties, or few
        }
        int[] columns = Assignment.minimum(cost);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += cost[i][columns[i]];
        }
        assertEquals(n, Arrays.stream(columns).distinct().count());
        assertEquals(leastCost(cost, 0, 0), sum, 1e-9);
    }

    @Test
    void alignUndoesAShuffleWithNoise() {
        Codebook reference = random(8, 100, 8);
        int[] shuffle = IntStream.range(0, 100).map(i -> (i * 37 + 5) % 100).toArray();
        float[] moved = CodebookOrder.permute(reference, shuffle).toArray();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) (0.01 * random.nextGaussian());
        }
        Codebook noisy = Codebook.of(100, 8, moved);
        RemappedCodebook aligned = CodebookSurgery.align(noisy, reference);
        assertArrayEquals(shuffle, aligned.mapping());
        int[] all = IntStream.range(0, 100).toArray();
        VectorQuantizer after = new VectorQuantizer(aligned.codebook());
        assertArrayEquals(
                new VectorQuantizer(noisy).dequantize(all, 100).data(),
                after.dequantize(aligned.remap(all), 100).data());
    }

    @Test
    void badArguments() {
        Codebook codebook = random(1, 4, 2);
        long[] usage = {1, 2, 3, 4};
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.merge(codebook, usage, 0));
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.merge(codebook, usage, 5));
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.merge(codebook, new long[3], 2));
        assertThrows(
                IllegalArgumentException.class, () -> CodebookSurgery.merge(codebook, new long[] {1, -1, 0, 0}, 2));
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.split(codebook, usage, 5));
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.split(codebook, usage, 1, new float[7]));
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.prune(codebook, usage, 0));
        assertThrows(IllegalArgumentException.class, () -> CodebookSurgery.align(codebook, random(1, 5, 2)));
    }
}
