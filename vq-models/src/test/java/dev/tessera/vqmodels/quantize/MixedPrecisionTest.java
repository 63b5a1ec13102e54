package dev.tessera.vqmodels.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MixedPrecisionTest {
    private static long size(long[][] bytes, int[] places) {
        long sum = 0;
        for (int layer = 0; layer < places.length; layer++) {
            sum += bytes[layer][places[layer]];
        }
        return sum;
    }

    private static double cost(double[][] costs, int[] places) {
        double sum = 0;
        for (int layer = 0; layer < places.length; layer++) {
            sum += costs[layer][places[layer]];
        }
        return sum;
    }

    /** The least cost of all ways. */
    private static double bruteForce(long[][] bytes, double[][] costs, long budget, int layer) {
        if (layer == bytes.length) {
            return budget >= 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int place = 0; place < bytes[layer].length; place++) {
            best = Math.min(
                    best, costs[layer][place] + bruteForce(bytes, costs, budget - bytes[layer][place], layer + 1));
        }
        return best;
    }

    @Test
    void nothingIsBetterUnderTheBudget() {
        SplittableRandom random = new SplittableRandom(1);
        for (int trial = 0; trial < 300; trial++) {
            int layers = random.nextInt(1, 7);
            long[][] bytes = new long[layers][];
            double[][] costs = new double[layers][];
            long least = 0;
            long most = 0;
            for (int layer = 0; layer < layers; layer++) {
                int places = random.nextInt(1, 5);
                bytes[layer] = random.longs(places, 0, 5000).toArray();
                costs[layer] = random.doubles(places).toArray();
                least += Arrays.stream(bytes[layer]).min().orElseThrow();
                most += Arrays.stream(bytes[layer]).max().orElseThrow();
            }
            long budget = random.nextLong(least, most + 100);
            int[] places = MixedPrecision.choose(bytes, costs, budget);
            assertTrue(size(bytes, places) <= budget);
            assertEquals(bruteForce(bytes, costs, budget, 0), cost(costs, places), 1e-12);
        }
    }

    @Test
    void largeBudgetsAreKeptAndAllOfThemIsFree() {
        long[][] bytes = {{10_000_000, 3_000_001}, {70_000_000, 1}, {5, 9_000_000}};
        double[][] costs = {{0, 1}, {0, 5}, {2, 0}};
        assertArrayEquals(new int[] {0, 0, 1}, MixedPrecision.choose(bytes, costs, 90_000_000));
        assertArrayEquals(new int[] {1, 0, 0}, MixedPrecision.choose(bytes, costs, 75_000_000));
        assertArrayEquals(new int[] {1, 1, 0}, MixedPrecision.choose(bytes, costs, 3_000_007));
        assertThrows(IllegalArgumentException.class, () -> MixedPrecision.choose(bytes, costs, 3_000_006));
    }
}
