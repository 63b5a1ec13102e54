package dev.tessera.eval;

import java.util.Arrays;
import org.jtransforms.fft.DoubleFFT_1D;

/**
 * Short-time objective intelligibility (Taal, Hendriks, Heusdens and Jensen 2011): correlation of third-octave envelopes over
 * 384 ms, at 10 kHz, frames more than 40 dB below the loudest left out.
 */
final class Intelligibility {
    static final int RATE = 10_000;

    private static final int FRAME = 256;
    private static final int HOP = FRAME / 2;
    private static final int FFT_SIZE = 512;
    private static final int BANDS = 15;
    private static final double LOWEST_CENTRE = 150;
    private static final int SEGMENT = 30;
    private static final double DYNAMIC_RANGE = 40; // dB
    private static final double CLIP = 1 + Math.pow(10, 15 / 20.0); // signal-to-distortion of -15 dB at the worst
    private static final double EPSILON = 0x1p-52;

    private static final double[] WINDOW = window();
    private static final int[][] BAND_BINS = bandBins();

    private Intelligibility() {}

    /** STOI of {@code y} against the clean {@code x}, both at 10 kHz; null when under 30 loud frames are left. */
    static Double of(double[] x, double[] y) {
        boolean[] loud = loudFrames(x);
        double[][] a = envelopes(joined(x, loud));
        double[][] b = envelopes(joined(y, loud));
        if (a.length < SEGMENT) {
            return null;
        }
        double sum = 0;
        int segments = a.length - SEGMENT + 1;
        for (int m = 0; m < segments; m++) {
            for (int band = 0; band < BANDS; band++) {
                sum += correlation(a, b, m, band);
            }
        }
        return sum / (segments * BANDS);
    }

    private static double correlation(double[][] a, double[][] b, int from, int band) {
        double[] x = new double[SEGMENT];
        double[] y = new double[SEGMENT];
        for (int n = 0; n < SEGMENT; n++) {
            x[n] = a[from + n][band];
            y[n] = b[from + n][band];
        }
        double gain = norm(x) / (norm(y) + EPSILON);
        for (int n = 0; n < SEGMENT; n++) {
            y[n] = Math.min(y[n] * gain, x[n] * CLIP);
        }
        centre(x);
        centre(y);
        double product = 0;
        for (int n = 0; n < SEGMENT; n++) {
            product += x[n] * y[n];
        }
        return product / ((norm(x) + EPSILON) * (norm(y) + EPSILON));
    }

    private static int frames(int length) {
        return length < FRAME ? 0 : (length - FRAME) / HOP + 1;
    }

    private static boolean[] loudFrames(double[] x) {
        double[] levels = new double[frames(x.length)];
        for (int m = 0; m < levels.length; m++) {
            double energy = 0;
            for (int i = 0; i < FRAME; i++) {
                double v = WINDOW[i] * x[m * HOP + i];
                energy += v * v;
            }
            levels[m] = 20 * Math.log10(Math.sqrt(energy) + EPSILON);
        }
        double floor = Arrays.stream(levels).max().orElse(0) - DYNAMIC_RANGE;
        boolean[] loud = new boolean[levels.length];
        for (int m = 0; m < loud.length; m++) {
            loud[m] = levels[m] > floor;
        }
        return loud;
    }

    /** The windowed loud frames, overlapped and added. */
    private static double[] joined(double[] x, boolean[] loud) {
        double[] out = new double[x.length];
        int kept = 0;
        for (int m = 0; m < loud.length; m++) {
            if (loud[m]) {
                for (int i = 0; i < FRAME; i++) {
                    out[kept * HOP + i] += WINDOW[i] * x[m * HOP + i];
                }
                kept++;
            }
        }
        return Arrays.copyOf(out, kept == 0 ? 0 : (kept - 1) * HOP + FRAME);
    }

    /** {@code [frames][bands]} magnitudes. */
    private static double[][] envelopes(double[] x) {
        DoubleFFT_1D fft = new DoubleFFT_1D(FFT_SIZE);
        double[][] out = new double[frames(x.length)][BANDS];
        for (int m = 0; m < out.length; m++) {
            double[] spectrum = new double[2 * FFT_SIZE];
            for (int i = 0; i < FRAME; i++) {
                spectrum[i] = WINDOW[i] * x[m * HOP + i];
            }
            fft.realForwardFull(spectrum);
            for (int band = 0; band < BANDS; band++) {
                double energy = 0;
                for (int k = BAND_BINS[band][0]; k < BAND_BINS[band][1]; k++) {
                    energy += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
                }
                out[m][band] = Math.sqrt(energy);
            }
        }
        return out;
    }

    /** A Hann window without the zeros at its ends. */
    private static double[] window() {
        double[] window = new double[FRAME];
        for (int i = 0; i < FRAME; i++) {
            window[i] = .5 - .5 * Math.cos(2 * Math.PI * (i + 1) / (FRAME + 1));
        }
        return window;
    }

    /** First bin and the one after the last of each third octave, edges moved to the nearest bin. */
    private static int[][] bandBins() {
        int[][] bins = new int[BANDS][];
        for (int k = 0; k < BANDS; k++) {
            bins[k] = new int[] {nearestBin((2 * k - 1) / 6.0), nearestBin((2 * k + 1) / 6.0)};
        }
        return bins;
    }

    private static int nearestBin(double octaves) {
        return (int) Math.round(LOWEST_CENTRE * Math.pow(2, octaves) * FFT_SIZE / RATE);
    }

    private static void centre(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        for (int i = 0; i < values.length; i++) {
            values[i] -= mean;
        }
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double v : values) {
            sum += v * v;
        }
        return Math.sqrt(sum);
    }
}
