package dev.tessera.codecs.tensor;

import java.util.Arrays;

/**
 * Where the finite values of a track lie.
 *
 * @param center the median
 * @param spread root mean square of the distances to the median, those of outliers cut; 0 when all values are equal
 */
record Spread(float center, double spread) {
    private static final double OUTLIER = 16; // times the third quartile of the distances

    /** Reorders {@code values}. */
    static Spread of(float[] values) {
        int n = 0;
        for (float v : values) {
            if (Float.isFinite(v)) {
                values[n++] = v;
            }
        }
        if (n == 0) {
            return new Spread(0, 0);
        }
        Arrays.sort(values, 0, n);
        float center = values[n / 2];
        double[] distances = new double[n];
        for (int i = 0; i < n; i++) {
            distances[i] = Math.abs((double) values[i] - center);
        }
        Arrays.sort(distances);
        // Sparse tracks are mostly at their median: the quartile of what is not says how far the rest lies.
        int zeros = 0;
        while (zeros < n && distances[zeros] == 0) {
            zeros++;
        }
        if (zeros == n) {
            return new Spread(center, 0);
        }
        double cut = OUTLIER * distances[zeros + 3 * (n - zeros) / 4];
        double sum = 0;
        for (double d : distances) {
            double cutDistance = Math.min(d, cut);
            sum += cutDistance * cutDistance;
        }
        return new Spread(center, Math.sqrt(sum / n));
    }
}
