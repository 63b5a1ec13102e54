package dev.tessera.codebook.implicit;

/** Search in small tables of scalars. */
final class ScalarCodes {
    private ScalarCodes() {}

    /** Index of the value nearest to {@code x}; the lowest wins ties, and 0 when {@code x} is NaN or infinite. */
    static int nearest(float[] values, double x) {
        int best = 0;
        double least = Math.abs(x - values[0]);
        for (int j = 1; j < values.length; j++) {
            double distance = Math.abs(x - values[j]);
            if (distance < least) {
                least = distance;
                best = j;
            }
        }
        return best;
    }
}
