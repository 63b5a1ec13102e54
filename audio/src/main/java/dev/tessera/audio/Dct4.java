package dev.tessera.audio;

/**
 * Orthonormal discrete cosine transform of type IV, its own inverse: X[k] = sqrt(2/n) sum over t of x[t] cos(pi/n (t + 1/2)(k +
 * 1/2)). Through a complex transform of n/2 points. Immutable; safe to share between threads.
 */
final class Dct4 {
    private final int size;
    private final Fft fft;
    private final double[] cos; // of pi (8m + 1) / (8 size), [size / 2]
    private final double[] sin;

    /** @param size even, size / 2 a product of powers of 2, 3 and 5 */
    Dct4(int size) {
        this.size = size;
        this.fft = new Fft(size / 2);
        this.cos = new double[size / 2];
        this.sin = new double[size / 2];
        for (int m = 0; m < size / 2; m++) {
            double angle = StrictMath.PI * (8 * m + 1) / (8.0 * size);
            cos[m] = StrictMath.cos(angle);
            sin[m] = StrictMath.sin(angle);
        }
    }

    /** Transforms {@code in[from .. from + size)} to the same places of {@code out}, which may be the same array. */
    void apply(double[] in, double[] out, int from) {
        int half = size / 2;
        int last = from + size - 1;
        double[] re = new double[half];
        double[] im = new double[half];
        for (int m = 0; m < half; m++) {
            double a = in[from + 2 * m];
            double b = in[last - 2 * m];
            re[m] = a * cos[m] + b * sin[m];
            im[m] = b * cos[m] - a * sin[m];
        }
        fft.forward(re, im);
        double scale = StrictMath.sqrt(2.0 / size);
        for (int m = 0; m < half; m++) {
            out[from + 2 * m] = scale * (re[m] * cos[m] + im[m] * sin[m]);
            out[last - 2 * m] = -scale * (im[m] * cos[m] - re[m] * sin[m]);
        }
    }
}
