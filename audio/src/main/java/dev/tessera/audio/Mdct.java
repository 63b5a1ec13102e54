package dev.tessera.audio;

/**
 * Modified discrete cosine transform (Princen, Johnson and Bradley 1987): 2n windowed samples to n coefficients, with
 * time-domain aliasing that cancels when neighbouring frames are overlapped and added.
 *
 * <p>Orthonormal: X[k] = sqrt(2/n) sum over t of w[t] x[t] cos(pi/n (t + 1/2 + n/2)(k + 1/2)), so squared errors of
 * coefficients are squared errors of samples. Through a complex transform of n/2 points. Immutable; safe to share
 * between threads.
 */
public final class Mdct {
    private final int size;
    private final double[] rise; // rising half of the window, [size]
    private final Dct4 dct;

    /**
     * @param size n, coefficients per frame; even, n/2 a product of powers of 2, 3 and 5
     */
    public Mdct(int size, MdctWindow window) {
        if (size < 2 || size % 2 != 0) {
            throw new IllegalArgumentException("size is " + size + ", must be even and at least 2");
        }
        this.size = size;
        this.rise = window.rise(size);
        this.dct = new Dct4(size);
    }

    /** n, coefficients per frame; a frame sees 2n samples and steps n. */
    public int size() {
        return size;
    }

    /**
     * Coefficients of one frame.
     *
     * @param x samples; the frame is {@code x[offset .. offset + 2n)}, samples outside of the array count as zero
     * @param coefficients {@code [n]}, written
     */
    public void forward(float[] x, int offset, double[] coefficients) {
        int n = size;
        int half = n / 2;
        double[] folded = new double[n];
        for (int t = 0; t < half; t++) {
            double a = windowed(x, offset, t);
            double bReversed = windowed(x, offset, n - 1 - t);
            double cReversed = windowed(x, offset, n + half - 1 - t);
            double d = windowed(x, offset, n + half + t);
            folded[t] = -cReversed - d;
            folded[half + t] = a - bReversed;
        }
        dct.apply(folded, coefficients, 0);
    }

    /**
     * Adds the windowed, still aliased samples of one frame to {@code x[offset .. offset + 2n)}; where two frames overlap,
     * the sum is the signal. Parts outside of the array are dropped.
     *
     * @param coefficients {@code [n]}
     */
    public void inverseAdd(double[] coefficients, double[] x, int offset) {
        int n = size;
        int half = n / 2;
        double[] u = new double[n];
        dct.apply(coefficients, u, 0);
        for (int t = 0; t < half; t++) {
            add(x, offset, t, u[half + t]);
            add(x, offset, n - 1 - t, -u[half + t]);
            add(x, offset, n + half - 1 - t, -u[t]);
            add(x, offset, n + half + t, -u[t]);
        }
    }

    private double windowed(float[] x, int offset, int t) {
        int i = offset + t;
        return i < 0 || i >= x.length ? 0 : x[i] * window(t);
    }

    private void add(double[] x, int offset, int t, double value) {
        int i = offset + t;
        if (i >= 0 && i < x.length) {
            x[i] += value * window(t);
        }
    }

    private double window(int t) {
        return t < size ? rise[t] : rise[2 * size - 1 - t];
    }
}
