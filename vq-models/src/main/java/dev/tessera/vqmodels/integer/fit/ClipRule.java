package dev.tessera.vqmodels.integer.fit;

/** Which magnitude the largest integer of an activation stands for. */
public enum ClipRule {
    /** The largest of the calibration. */
    MAX,
    /** The one with the least squared error of the calibration, of 64 shares of the largest: for few bits and outliers. */
    MSE;

    private static final int SHARES = 64;

    /**
     * The magnitude that the integer {@code levels} stands for.
     *
     * @param values of the calibration
     * @return above 0, 1 when all values are 0
     */
    double magnitude(double[] values, int levels) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        if (largest == 0) {
            return 1;
        }
        if (this == MAX) {
            return largest;
        }
        double best = largest;
        double least = Double.POSITIVE_INFINITY;
        for (int share = SHARES; share > 0; share--) {
            double magnitude = largest * share / SHARES;
            double error = error(values, magnitude / levels, levels);
            if (error < least) {
                least = error;
                best = magnitude;
            }
        }
        return best;
    }

    private static double error(double[] values, double unit, int levels) {
        double sum = 0;
        for (double value : values) {
            double d = value - unit * Math.clamp(Math.rint(value / unit), -levels, levels);
            sum += d * d;
        }
        return sum;
    }
}
