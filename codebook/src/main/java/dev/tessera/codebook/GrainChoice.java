package dev.tessera.codebook;

import java.util.Arrays;

/**
 * Finds the grain map with a small sum of cell costs + lambda x bits of the map. The map's length depends on how many cells
 * have each grain only, so what one cell's change does to it is known exactly: from grain g to h,
 * log2(n_g) - log2(n_h + 1) bits. Cells are changed one after the other while that lowers the cost, from several starts.
 */
final class GrainChoice {
    private static final int MOST_PASSES = 64; // 2 to 6 are usual; rounding must not make it run forever

    private final double[][] costs; // [grains x cells], squared error + lambda x bits of the indices
    private final double lambda;
    private final double[] log2; // of 0 (not used) to cells + grains

    GrainChoice(double[][] costs, double lambda) {
        this.costs = costs;
        this.lambda = lambda;
        this.log2 = new double[costs[0].length + costs.length + 1];
        for (int i = 1; i < log2.length; i++) {
            log2[i] = StrictMath.log(i) / StrictMath.log(2);
        }
    }

    /** Grain of each cell. */
    int[] best() {
        int grains = costs.length;
        int cells = costs[0].length;
        int[] best = new int[cells];
        double least = total(best);
        for (int start = 0; start <= grains; start++) {
            int[] map = new int[cells];
            if (start < grains) {
                Arrays.fill(map, start);
            } else {
                cheapestCells(map);
            }
            for (int[] candidate : new int[][] {map, descend(map)}) {
                double total = total(candidate);
                if (total < least) {
                    least = total;
                    best = candidate;
                }
            }
        }
        return best;
    }

    private void cheapestCells(int[] map) {
        for (int g = 1; g < costs.length; g++) {
            for (int c = 0; c < map.length; c++) {
                if (costs[g][c] < costs[map[c]][c]) {
                    map[c] = g;
                }
            }
        }
    }

    private int[] descend(int[] start) {
        int[] map = start.clone();
        int[] counts = counts(map, costs.length);
        boolean changed = true;
        for (int pass = 0; changed && pass < MOST_PASSES; pass++) {
            changed = false;
            for (int c = 0; c < map.length; c++) {
                int grain = bestGrain(c, map[c], counts);
                if (grain != map[c]) {
                    counts[map[c]]--;
                    counts[grain]++;
                    map[c] = grain;
                    changed = true;
                }
            }
        }
        return map;
    }

    private int bestGrain(int cell, int current, int[] counts) {
        int best = current;
        double bestChange = 0;
        for (int g = 0; g < costs.length; g++) {
            if (g == current) {
                continue;
            }
            double change =
                    costs[g][cell] - costs[current][cell] + lambda * (log2[counts[current]] - log2[counts[g] + 1]);
            if (change < bestChange || (change == bestChange && g < best)) {
                best = g;
                bestChange = change;
            }
        }
        return best;
    }

    private double total(int[] map) {
        double sum = 0;
        for (int c = 0; c < map.length; c++) {
            sum += costs[map[c]][c];
        }
        return sum + lambda * mapBits(counts(map, costs.length));
    }

    static int[] counts(int[] map, int grains) {
        int[] counts = new int[grains];
        for (int grain : map) {
            counts[grain]++;
        }
        return counts;
    }

    /**
     * Length of a map by an adaptive code that starts from one count per grain: the i-th cell costs
     * -log2((earlier cells of its grain + 1) / (earlier cells + grains)), in whatever order the cells come.
     */
    static double mapBits(int[] counts) {
        double nats = 0;
        int coded = 0;
        for (int count : counts) {
            for (int i = 1; i <= count; i++) {
                nats += StrictMath.log((double) (coded + counts.length) / i);
                coded++;
            }
        }
        return nats / StrictMath.log(2);
    }
}
