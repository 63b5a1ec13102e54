package dev.tessera.eval;

/**
 * Rational resampling with a windowed sinc, as {@code scipy.signal.resample_poly} does it with its Kaiser 5.0 window: the
 * metrics are defined by it. Codecs use the audio module's resampler.
 */
public final class PolyphaseResampler {
    private static final double BETA = 5;
    private static final int HALF_LENGTHS = 10;

    private PolyphaseResampler() {}

    /** {@code x} at another rate, both at least 1 Hz. */
    public static double[] resample(double[] x, int from, int to) {
        if (from < 1 || to < 1) {
            throw new IllegalArgumentException("sample rates are " + from + " and " + to + ", must be at least 1");
        }
        int gcd = gcd(from, to);
        int up = to / gcd;
        int down = from / gcd;
        if (up == down) {
            return x.clone();
        }
        int half = HALF_LENGTHS * Math.max(up, down);
        double[] filter = filter(half, 1.0 / Math.max(up, down), up);
        int length = (int) Math.ceilDiv((long) x.length * up, down);
        double[] out = new double[length];
        for (int m = 0; m < length; m++) {
            long centre = (long) m * down + half;
            int first = (int) Math.max(0, Math.ceilDiv(centre - 2L * half, up));
            int last = (int) Math.min(x.length - 1, centre / up);
            double sum = 0;
            for (int j = first; j <= last; j++) {
                sum += filter[(int) (centre - (long) j * up)] * x[j];
            }
            out[m] = sum;
        }
        return out;
    }

    private static double[] filter(int half, double cutoff, int up) {
        double[] h = new double[2 * half + 1];
        double sum = 0;
        for (int i = 0; i < h.length; i++) {
            double n = i - half;
            double t = Math.PI * cutoff * n;
            double sinc = n == 0 ? 1 : Math.sin(t) / t;
            double r = n / half;
            h[i] = cutoff * sinc * bessel(BETA * Math.sqrt(1 - r * r)) / bessel(BETA);
            sum += h[i];
        }
        for (int i = 0; i < h.length; i++) {
            h[i] *= up / sum;
        }
        return h;
    }

    /** Modified Bessel function of the first kind, order 0, by its power series. */
    private static double bessel(double x) {
        double term = 1;
        double sum = 1;
        for (int k = 1; term > 1e-18 * sum; k++) {
            term *= x / 2 / k * (x / 2 / k);
            sum += term;
        }
        return sum;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
