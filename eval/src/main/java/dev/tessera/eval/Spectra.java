package dev.tessera.eval;

import org.jtransforms.fft.DoubleFFT_1D;

/** Fourier transforms of the metrics. */
final class Spectra {
    private Spectra() {}

    /** Circular cross-correlation of the first {@code n} samples, padded to {@code size}: entry k is sum of x[t] y[t + k]. */
    static double[] crossCorrelation(double[] x, double[] y, int n, int size) {
        DoubleFFT_1D fft = new DoubleFFT_1D(size);
        double[] a = new double[2 * size];
        double[] b = new double[2 * size];
        System.arraycopy(x, 0, a, 0, n);
        System.arraycopy(y, 0, b, 0, n);
        fft.realForwardFull(a);
        fft.realForwardFull(b);
        for (int k = 0; k < size; k++) {
            double re = b[2 * k] * a[2 * k] + b[2 * k + 1] * a[2 * k + 1];
            double im = b[2 * k + 1] * a[2 * k] - b[2 * k] * a[2 * k + 1];
            a[2 * k] = re;
            a[2 * k + 1] = im;
        }
        fft.complexInverse(a, true);
        double[] out = new double[size];
        for (int k = 0; k < size; k++) {
            out[k] = a[2 * k];
        }
        return out;
    }
}
