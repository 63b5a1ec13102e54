package dev.tessera.audio;

/**
 * Discrete Fourier transform of a length whose prime factors are 2, 3 and 5: Stockham's self-sorting form (Swarztrauber
 * 1984), radices 4, 2, 3 and 5.
 *
 * <p>Twiddle factors come from {@link StrictMath} and sums run in one fixed order, so the result has the same bits on
 * every machine. Immutable; safe to share between threads. O(n log n).
 */
public final class Fft {
    private static final int MAX_SIZE = 1 << 24;

    private final int size;
    private final int[] radices;
    private final double[] cos; // cos(2 pi i / size)
    private final double[] sin; // sin(2 pi i / size)

    /**
     * @param size number of complex points, 1 to 2^24, a product of powers of 2, 3 and 5
     */
    public Fft(int size) {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("size is " + size + ", must be in [1, " + MAX_SIZE + "]");
        }
        this.size = size;
        this.radices = factor(size);
        this.cos = new double[size];
        this.sin = new double[size];
        for (int i = 0; i < size; i++) {
            double angle = 2 * StrictMath.PI * i / size;
            cos[i] = StrictMath.cos(angle);
            sin[i] = StrictMath.sin(angle);
        }
    }

    /** Number of complex points. */
    public int size() {
        return size;
    }

    /**
     * X[k] = sum over t of x[t] exp(-2 pi i t k / size), in place.
     *
     * @param re real parts, {@code [size]}
     * @param im imaginary parts, {@code [size]}
     */
    public void forward(double[] re, double[] im) {
        transform(re, im, new double[size], new double[size]);
    }

    /** The inverse of {@link #forward}, in place, divided by {@code size}. */
    public void inverse(double[] re, double[] im) {
        forward(im, re);
        for (int i = 0; i < size; i++) {
            re[i] /= size;
            im[i] /= size;
        }
    }

    /** {@link #forward} with scratch arrays of the caller, {@code [size]} each, for loops that should not allocate. */
    void transform(double[] re, double[] im, double[] scratchRe, double[] scratchIm) {
        check(re.length, "re");
        check(im.length, "im");
        double[] fromRe = re;
        double[] fromIm = im;
        double[] toRe = scratchRe;
        double[] toIm = scratchIm;
        boolean inScratch = false;
        int n = size;
        int stride = 1;
        for (int radix : radices) {
            int m = n / radix;
            switch (radix) {
                case 2 -> radix2(m, stride, fromRe, fromIm, toRe, toIm);
                case 4 -> radix4(m, stride, fromRe, fromIm, toRe, toIm);
                default -> radixOdd(radix, m, stride, fromRe, fromIm, toRe, toIm);
            }
            double[] swap = fromRe;
            fromRe = toRe;
            toRe = swap;
            swap = fromIm;
            fromIm = toIm;
            toIm = swap;
            inScratch = !inScratch;
            n = m;
            stride *= radix;
        }
        if (inScratch) {
            System.arraycopy(fromRe, 0, re, 0, size);
            System.arraycopy(fromIm, 0, im, 0, size);
        }
    }

    private void radix2(int m, int stride, double[] xr, double[] xi, double[] yr, double[] yi) {
        for (int p = 0; p < m; p++) {
            double wr = cos[p * stride];
            double wi = -sin[p * stride];
            for (int q = 0; q < stride; q++) {
                int a = q + stride * p;
                int b = a + stride * m;
                double dr = xr[a] - xr[b];
                double di = xi[a] - xi[b];
                int to = q + stride * 2 * p;
                yr[to] = xr[a] + xr[b];
                yi[to] = xi[a] + xi[b];
                yr[to + stride] = dr * wr - di * wi;
                yi[to + stride] = dr * wi + di * wr;
            }
        }
    }

    private void radix4(int m, int stride, double[] xr, double[] xi, double[] yr, double[] yi) {
        for (int p = 0; p < m; p++) {
            int w = p * stride;
            for (int q = 0; q < stride; q++) {
                int a = q + stride * p;
                int b = a + stride * m;
                int c = b + stride * m;
                int d = c + stride * m;
                double sr = xr[a] + xr[c];
                double si = xi[a] + xi[c];
                double tr = xr[a] - xr[c];
                double ti = xi[a] - xi[c];
                double ur = xr[b] + xr[d];
                double ui = xi[b] + xi[d];
                double vr = xr[b] - xr[d];
                double vi = xi[b] - xi[d];
                int to = q + stride * 4 * p;
                yr[to] = sr + ur;
                yi[to] = si + ui;
                rotate(tr + vi, ti - vr, w, yr, yi, to + stride);
                rotate(sr - ur, si - ui, 2 * w, yr, yi, to + 2 * stride);
                rotate(tr - vi, ti + vr, 3 * w, yr, yi, to + 3 * stride);
            }
        }
    }

    private void radixOdd(int radix, int m, int stride, double[] xr, double[] xi, double[] yr, double[] yi) {
        int root = size / radix;
        for (int p = 0; p < m; p++) {
            for (int q = 0; q < stride; q++) {
                int from = q + stride * p;
                for (int j = 0; j < radix; j++) {
                    double re = 0;
                    double im = 0;
                    for (int k = 0; k < radix; k++) {
                        int a = from + stride * m * k;
                        int w = root * (j * k % radix);
                        re += xr[a] * cos[w] + xi[a] * sin[w];
                        im += xi[a] * cos[w] - xr[a] * sin[w];
                    }
                    rotate(re, im, j * p * stride, yr, yi, q + stride * (radix * p + j));
                }
            }
        }
    }

    private void rotate(double re, double im, int w, double[] yr, double[] yi, int to) {
        yr[to] = re * cos[w] + im * sin[w];
        yi[to] = im * cos[w] - re * sin[w];
    }

    private void check(int length, String name) {
        if (length != size) {
            throw new IllegalArgumentException(name + " has " + length + " values, must have " + size);
        }
    }

    private static int[] factor(int size) {
        int[] radices = new int[24];
        int count = 0;
        int rest = size;
        for (int radix : new int[] {4, 2, 3, 5}) {
            while (rest % radix == 0) {
                radices[count++] = radix;
                rest /= radix;
            }
        }
        if (rest != 1) {
            throw new IllegalArgumentException("size is " + size + ", must be a product of powers of 2, 3 and 5");
        }
        return java.util.Arrays.copyOf(radices, count);
    }
}
