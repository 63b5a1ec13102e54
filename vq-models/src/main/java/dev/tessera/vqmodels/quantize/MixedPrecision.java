package dev.tessera.vqmodels.quantize;

import java.util.Arrays;

/** Which format each layer should have under a budget: the multiple-choice knapsack problem, solved exactly. */
final class MixedPrecision {
    /** Into so many steps are cut what a budget has above the least. */
    private static final int MOST_STEPS = 1 << 16;

    private MixedPrecision() {}

    /**
     * One place a layer, such that the bytes are at most {@code budget} and the costs least. Exact where the budget is at most 65,536
     * bytes above the least; else sizes are rounded up to steps of a 65,536th of that. Dynamic programming over the layers and the
     * bytes that they have above their smallest: O(layers x places x 65,536).
     *
     * @param bytes {@code [layers][places]}
     * @param costs {@code [layers][places]}, finite
     * @throws IllegalArgumentException when even the smallest layers have more bytes
     */
    static int[] choose(long[][] bytes, double[][] costs, long budget) {
        long[] least = new long[bytes.length];
        for (int layer = 0; layer < least.length; layer++) {
            least[layer] = Arrays.stream(bytes[layer]).min().orElseThrow();
        }
        long spare = budget - Arrays.stream(least).sum();
        if (spare < 0) {
            throw new IllegalArgumentException("budget is " + budget + ", must be at least " + (budget - spare));
        }
        long step = Math.max(1, Math.ceilDiv(spare, MOST_STEPS));
        int steps = (int) (spare / step);
        double[] best = new double[steps + 1]; // least cost of the layers so far in at most that many steps
        short[][] taken = new short[bytes.length][steps + 1];
        for (int layer = 0; layer < bytes.length; layer++) {
            double[] next = new double[steps + 1];
            Arrays.fill(next, Double.POSITIVE_INFINITY);
            for (int place = 0; place < bytes[layer].length; place++) {
                long above = Math.ceilDiv(bytes[layer][place] - least[layer], step);
                for (int at = (int) Math.min(above, steps + 1L); at <= steps; at++) {
                    double cost = best[at - (int) above] + costs[layer][place];
                    if (cost < next[at]) {
                        next[at] = cost;
                        taken[layer][at] = (short) place;
                    }
                }
            }
            best = next;
        }
        int[] places = new int[bytes.length];
        int at = steps;
        for (int layer = places.length - 1; layer >= 0; layer--) {
            places[layer] = taken[layer][at];
            at -= (int) Math.ceilDiv(bytes[layer][places[layer]] - least[layer], step);
        }
        return places;
    }
}
