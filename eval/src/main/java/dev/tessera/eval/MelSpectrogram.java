package dev.tessera.eval;

import java.util.Arrays;
import org.jtransforms.fft.DoubleFFT_1D;

/** Log10 magnitudes in 80 HTK-mel triangles of peak 1 between 0 and 8 kHz, periodic Hann window, hop a quarter. */
final class MelSpectrogram {
    private static final int BANDS = 80;
    private static final double TOP_HZ = 8000;
    private static final double LOW_HZ = 4000;
    private static final double FLOOR = 1e-2;

    private final int size;
    private final int hop;
    private final double[] window;
    private final double[] edges = new double[BANDS + 2];
    private final double[][] triangles; // [BANDS][size / 2 + 1]
    private final DoubleFFT_1D fft;

    MelSpectrogram(int size, int rate) {
        this.size = size;
        this.hop = size / 4;
        this.fft = new DoubleFFT_1D(size);
        this.window = new double[size];
        for (int i = 0; i < size; i++) {
            window[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / size);
        }
        double top = 2595 * Math.log10(1 + TOP_HZ / 700);
        for (int i = 0; i < edges.length; i++) {
            edges[i] = 700 * (Math.pow(10, top * i / (BANDS + 1) / 2595) - 1);
        }
        this.triangles = new double[BANDS][size / 2 + 1];
        for (int b = 0; b < BANDS; b++) {
            for (int k = 0; k <= size / 2; k++) {
                double f = (double) k * rate / size;
                double up = (f - edges[b]) / (edges[b + 1] - edges[b]);
                double down = (edges[b + 2] - f) / (edges[b + 2] - edges[b + 1]);
                triangles[b][k] = Math.max(0, Math.min(up, down));
            }
        }
    }

    /** Mean |difference| over all bands and frames, and over the bands centred below 4 kHz. */
    double[] distances(double[] x, double[] y) {
        double[] a = padded(x);
        double[] b = padded(y);
        int frames = 1 + (a.length - size) / hop;
        double full = 0;
        double low = 0;
        int lowBands = 0;
        for (int band = 0; band < BANDS; band++) {
            lowBands += edges[band + 1] < LOW_HZ ? 1 : 0;
        }
        for (int t = 0; t < frames; t++) {
            double[] p = frame(a, t * hop);
            double[] q = frame(b, t * hop);
            for (int band = 0; band < BANDS; band++) {
                double d = Math.abs(p[band] - q[band]);
                full += d;
                low += edges[band + 1] < LOW_HZ ? d : 0;
            }
        }
        return new double[] {full / BANDS / frames, low / lowBands / frames};
    }

    private double[] padded(double[] x) {
        double[] out = new double[x.length + size + hop];
        System.arraycopy(x, 0, out, size / 2, x.length);
        return out;
    }

    private double[] frame(double[] x, int from) {
        double[] spectrum = Arrays.copyOf(Arrays.copyOfRange(x, from, from + size), 2 * size);
        for (int i = 0; i < size; i++) {
            spectrum[i] *= window[i];
        }
        fft.realForwardFull(spectrum);
        double[] out = new double[BANDS];
        for (int k = 0; k <= size / 2; k++) {
            double magnitude = Math.hypot(spectrum[2 * k], spectrum[2 * k + 1]);
            for (int b = 0; b < BANDS; b++) {
                if (triangles[b][k] > 0) {
                    out[b] += triangles[b][k] * magnitude;
                }
            }
        }
        for (int b = 0; b < BANDS; b++) {
            out[b] = Math.log10(Math.max(out[b], FLOOR));
        }
        return out;
    }
}
