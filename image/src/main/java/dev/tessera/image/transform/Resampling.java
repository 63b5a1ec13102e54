package dev.tessera.image.transform;

/**
 * Halving and doubling of planes with a windowed sinc of 3 lobes; samples stand at the centres of their squares. Doubling
 * is in integers, the same on every machine; halving is for encoders.
 */
final class Resampling {
    private static final int LOBES = 3;
    private static final int TAP_BITS = 8;
    private static final int[] UP = upTapsOf(TAP_BITS); // of the samples -3 .. 2 around the left half of sample 0
    private static final double[] DOWN = downTaps(); // of the samples -5 .. 6 around sample 0 of a pair

    private Resampling() {}

    /** Half the size, {@code [height x width]} to {@code [ceil(height / 2) x ceil(width / 2)]}. */
    static double[] halved(double[] in, int width, int height) {
        int w = (width + 1) / 2;
        int h = (height + 1) / 2;
        double[] rows = new double[w * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < w; x++) {
                double sum = 0;
                for (int j = 0; j < DOWN.length; j++) {
                    sum += DOWN[j] * in[y * width + Math.clamp(2 * x + j - 5, 0, width - 1)];
                }
                rows[y * w + x] = sum;
            }
        }
        double[] out = new double[w * h];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                double sum = 0;
                for (int j = 0; j < DOWN.length; j++) {
                    sum += DOWN[j] * rows[Math.clamp(2 * y + j - 5, 0, height - 1) * w + x];
                }
                out[y * w + x] = sum;
            }
        }
        return out;
    }

    /** Twice the size, of a plane whose rows are {@code stride} apart. */
    static int[] doubled(int[] in, int stride, int width, int height) {
        int[] columns = new int[width * 2 * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int upper = 1 << TAP_BITS - 1;
                int lower = upper;
                for (int j = 0; j < UP.length; j++) {
                    upper += UP[j] * in[Math.clamp(y + j - LOBES, 0, height - 1) * stride + x];
                    lower += UP[j] * in[Math.clamp(y + LOBES - j, 0, height - 1) * stride + x];
                }
                columns[2 * y * width + x] = upper >> TAP_BITS;
                columns[(2 * y + 1) * width + x] = lower >> TAP_BITS;
            }
        }
        int[] out = new int[4 * width * height];
        for (int y = 0; y < 2 * height; y++) {
            for (int x = 0; x < width; x++) {
                int first = 1 << TAP_BITS - 1;
                int second = first;
                for (int j = 0; j < UP.length; j++) {
                    first += UP[j] * columns[y * width + Math.clamp(x + j - LOBES, 0, width - 1)];
                    second += UP[j] * columns[y * width + Math.clamp(x + LOBES - j, 0, width - 1)];
                }
                out[y * 2 * width + 2 * x] = first >> TAP_BITS;
                out[y * 2 * width + 2 * x + 1] = second >> TAP_BITS;
            }
        }
        return out;
    }

    /** Taps of the samples -3 .. 2 around the left half of sample 0; they sum up to 2^bits. */
    static int[] upTapsOf(int bits) {
        double[] taps = new double[2 * LOBES];
        double sum = 0;
        for (int j = 0; j < taps.length; j++) {
            taps[j] = lanczos(j - LOBES + .25);
            sum += taps[j];
        }
        int[] out = new int[taps.length];
        int rest = 1 << bits;
        for (int j = 0; j < taps.length; j++) {
            out[j] = (int) StrictMath.round((1 << bits) * taps[j] / sum);
            rest -= out[j];
        }
        out[LOBES] += rest; // flat stays flat
        return out;
    }

    private static double[] downTaps() {
        double[] taps = new double[4 * LOBES];
        double sum = 0;
        for (int j = 0; j < taps.length; j++) {
            taps[j] = lanczos((j - 5.5) / 2);
            sum += taps[j];
        }
        for (int j = 0; j < taps.length; j++) {
            taps[j] /= sum;
        }
        return taps;
    }

    private static double lanczos(double x) {
        return lanczos(x, LOBES);
    }

    /** The windowed sinc. */
    static double lanczos(double x, int lobes) {
        double t = StrictMath.PI * x;
        if (x == 0) {
            return 1;
        }
        return Math.abs(x) >= lobes ? 0 : lobes * StrictMath.sin(t) * StrictMath.sin(t / lobes) / (t * t);
    }
}
