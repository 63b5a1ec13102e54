package dev.tessera.audio;

/**
 * Fourier transform of real signals of even length n, through a complex transform of n/2 points. Bins 0 to n/2.
 *
 * <p>Not for several threads at once: it owns scratch space.
 */
final class RealFft {
    private final int size;
    private final Fft half;
    private final double[] cos; // cos(2 pi k / size)
    private final double[] sin;
    private final double[] re;
    private final double[] im;
    private final double[] scratchRe;
    private final double[] scratchIm;

    RealFft(int size) {
        if (size < 2 || size % 2 != 0) {
            throw new IllegalArgumentException("size is " + size + ", must be even and at least 2");
        }
        int m = size / 2;
        this.size = size;
        this.half = new Fft(m);
        this.cos = new double[m + 1];
        this.sin = new double[m + 1];
        for (int k = 0; k <= m; k++) {
            double angle = 2 * StrictMath.PI * k / size;
            cos[k] = StrictMath.cos(angle);
            sin[k] = StrictMath.sin(angle);
        }
        this.re = new double[m];
        this.im = new double[m];
        this.scratchRe = new double[m];
        this.scratchIm = new double[m];
    }

    /** Spectrum of {@code x [size]} into {@code outRe}, {@code outIm}, {@code [size / 2 + 1]}. */
    void forward(double[] x, double[] outRe, double[] outIm) {
        int m = size / 2;
        for (int t = 0; t < m; t++) {
            re[t] = x[2 * t];
            im[t] = x[2 * t + 1];
        }
        half.transform(re, im, scratchRe, scratchIm);
        for (int k = 0; k <= m; k++) {
            int a = k == m ? 0 : k;
            int b = k == 0 ? 0 : m - k;
            double evenRe = (re[a] + re[b]) / 2;
            double evenIm = (im[a] - im[b]) / 2;
            double oddRe = (im[a] + im[b]) / 2;
            double oddIm = (re[b] - re[a]) / 2;
            outRe[k] = evenRe + oddRe * cos[k] + oddIm * sin[k];
            outIm[k] = evenIm + oddIm * cos[k] - oddRe * sin[k];
        }
    }

    /** The signal {@code x [size]} of a spectrum; imaginary parts of bins 0 and n/2 do not count. */
    void inverse(double[] inRe, double[] inIm, double[] x) {
        int m = size / 2;
        for (int k = 0; k < m; k++) {
            double ar = inRe[k];
            double ai = k == 0 ? 0 : inIm[k];
            double br = inRe[m - k];
            double bi = k == 0 ? 0 : -inIm[m - k];
            double evenRe = ar + br;
            double evenIm = ai + bi;
            double dr = ar - br;
            double di = ai - bi;
            double oddRe = dr * cos[k] - di * sin[k];
            double oddIm = di * cos[k] + dr * sin[k];
            // conjugated, so that a forward transform does the work of an inverse one
            re[k] = evenRe - oddIm;
            im[k] = -(evenIm + oddRe);
        }
        half.transform(re, im, scratchRe, scratchIm);
        for (int t = 0; t < m; t++) {
            x[2 * t] = re[t] / size;
            x[2 * t + 1] = -im[t] / size;
        }
    }
}
