package dev.tessera.codebook.learn;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Shares out code vectors to clusters. */
final class CodeShares {
    private static final double LEAST_WEIGHT =
            1e-12; // of the largest: a weight of 0 counts only when all others are full

    private CodeShares() {}

    /**
     * Proportional shares, rounded by the method of the largest remainder. A cluster gets at least 1 and at most its
     * limit: the exact shares are clamp(scale x weight, 1, limit) with the scale that makes their sum right.
     *
     * @param total to share out, at least the number of clusters with a limit above 0
     * @param weights not negative
     * @param limits most for each cluster; clusters of limit 0 get none
     * @return shares with the sum min(total, sum of limits)
     */
    static int[] share(int total, double[] weights, int[] limits) {
        if (Arrays.stream(limits).asLongStream().sum() <= total) {
            return limits.clone();
        }
        double[] exact = exactShares(total, weights, limits);
        int[] shares = new int[exact.length];
        int left = total;
        for (int c = 0; c < exact.length; c++) {
            shares[c] = (int) exact[c];
            left -= shares[c];
        }
        int[] order = IntStream.range(0, exact.length)
                .boxed()
                .sorted((a, b) -> Double.compare(exact[b] - shares[b], exact[a] - shares[a]))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int next = 0; left > 0; next = (next + 1) % order.length) {
            if (shares[order[next]] < limits[order[next]]) {
                shares[order[next]]++;
                left--;
            }
        }
        return shares;
    }

    /** Shares before rounding, their sum at most {@code total} and as close to it as doubles allow. */
    private static double[] exactShares(int total, double[] weights, int[] limits) {
        double largest = Arrays.stream(weights).max().orElse(0);
        double least = largest > 0 ? largest * LEAST_WEIGHT : 1;
        double[] positive = Arrays.stream(weights).map(w -> Math.max(w, least)).toArray();
        double low = 0; // every cluster gets 1
        double high = Arrays.stream(limits).max().orElse(0) / least; // every cluster is full
        while (true) {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) {
                return clamped(low, positive, limits);
            }
            if (Arrays.stream(clamped(middle, positive, limits)).sum() > total) {
                high = middle;
            } else {
                low = middle;
            }
        }
    }

    private static double[] clamped(double scale, double[] weights, int[] limits) {
        double[] shares = new double[weights.length];
        for (int c = 0; c < shares.length; c++) {
            shares[c] = limits[c] == 0 ? 0 : Math.clamp(scale * weights[c], 1, limits[c]);
        }
        return shares;
    }
}
