package dev.tessera.vqmodels.kernels;

/**
 * Fourier transform of real signals of n samples, n a power of two, with bins 0 to n/2, and its inverse: a complex transform of
 * n/2 points (radix 2, decimation in time) on the even samples as real and the odd ones as imaginary parts. Double precision, tables from {@link
 * StrictMath}, one order of additions: the same bits on every machine. Immutable; scratch belongs to the caller. O(n log n).
 */
public final class RealFft {
    private final int size;
    private final double[] cos; // cos(2 pi k / size), k < size / 2
    private final double[] sin;
    private final int[] reversed; // bit reversal of size / 2 points

    /**
     * @param size number of samples, a power of two from 4 to 2^20
     */
    public RealFft(int size) {
        if (size < 4 || size > 1 << 20 || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("size is " + size + ", must be a power of two in [4, 1048576]");
        }
        this.size = size;
        int half = size / 2;
        cos = new double[half];
        sin = new double[half];
        reversed = new int[half];
        int bits = Integer.numberOfTrailingZeros(half);
        for (int k = 0; k < half; k++) {
            double angle = 2 * StrictMath.PI * k / size;
            cos[k] = StrictMath.cos(angle);
            sin[k] = StrictMath.sin(angle);
            reversed[k] = Integer.reverse(k) >>> (32 - bits);
        }
    }

    /**
     * x[t] = 1/n sum over all n bins of X[k] exp(2 pi i t k / n), the upper bins the conjugates of the lower ones.
     *
     * @param re real parts, {@code [n / 2 + 1]}
     * @param im imaginary parts, {@code [n / 2 + 1]}; those of bins 0 and n/2 do not count
     * @param zr scratch, {@code [n / 2]}; afterwards the even samples
     * @param zi scratch, {@code [n / 2]}; afterwards the odd samples
     */
    public void inverse(double[] re, double[] im, double[] zr, double[] zi) {
        int half = size / 2;
        for (int k = 0; k < half; k++) {
            double ar = re[k];
            double ai = k == 0 ? 0 : im[k];
            double br = re[half - k];
            double bi = k == 0 ? 0 : -im[half - k];
            double dr = ar - br;
            double di = ai - bi;
            int to = reversed[k];
            // even bins + i * odd bins
            zr[to] = ar + br - (dr * sin[k] + di * cos[k]);
            zi[to] = ai + bi + (dr * cos[k] - di * sin[k]);
        }
        butterflies(zr, zi);
        for (int t = 0; t < half; t++) {
            zr[t] /= size;
            zi[t] /= size;
        }
    }

    /**
     * X[k] = sum over all n samples of x[t] exp(-2 pi i t k / n) for bins 0 to n/2.
     *
     * @param x samples, {@code [n]}
     * @param zr scratch, {@code [n / 2]}
     * @param zi scratch, {@code [n / 2]}
     * @param re afterwards the real parts, {@code [n / 2 + 1]}
     * @param im afterwards the imaginary parts, {@code [n / 2 + 1]}
     */
    public void forward(double[] x, double[] zr, double[] zi, double[] re, double[] im) {
        int half = size / 2;
        for (int t = 0; t < half; t++) { // conjugated, because the butterflies are those of the inverse
            zr[reversed[t]] = x[2 * t];
            zi[reversed[t]] = -x[2 * t + 1];
        }
        butterflies(zr, zi);
        for (int k = 0; k <= half; k++) {
            int a = k == half ? 0 : k;
            int b = k == 0 ? 0 : half - k;
            double evenRe = (zr[a] + zr[b]) / 2;
            double evenIm = (zi[b] - zi[a]) / 2;
            double oddRe = -(zi[a] + zi[b]) / 2;
            double oddIm = (zr[b] - zr[a]) / 2;
            double c = k == half ? -1 : cos[k];
            double s = k == half ? 0 : sin[k];
            re[k] = evenRe + oddRe * c + oddIm * s;
            im[k] = evenIm + oddIm * c - oddRe * s;
        }
    }

    private void butterflies(double[] zr, double[] zi) {
        int half = size / 2;
        for (int length = 2; length <= half; length *= 2) {
            int step = size / length;
            for (int start = 0; start < half; start += length) {
                for (int j = 0; j < length / 2; j++) {
                    int a = start + j;
                    int b = a + length / 2;
                    double wr = cos[j * step];
                    double wi = sin[j * step];
                    double tr = zr[b] * wr - zi[b] * wi;
                    double ti = zr[b] * wi + zi[b] * wr;
                    zr[b] = zr[a] - tr;
                    zi[b] = zi[a] - ti;
                    zr[a] += tr;
                    zi[a] += ti;
                }
            }
        }
    }
}
