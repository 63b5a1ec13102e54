package dev.tessera.image.transform;

import java.util.Arrays;

/**
 * How much of the squared error in a coefficient of a DCT shows as variance in the windows of each scale of MS-SSIM (Wang et al.
 * 2003): the halvings before a scale average away what is finer, and what is coarser than a window moves its mean alone.
 */
final class ScaleResponse {
    private static final int GRID = 64; // frequencies that are looked at, up to half a cycle a sample
    private static final double WINDOW_VARIANCE = 1.5 * 1.5;
    private static final int SMALLEST = BlockDecoder.MIN_BLOCK;
    private static final double[][][][] TABLES = new double[Settings.SCALES][][][]; // [scale][log2 size / smallest]

    static {
        for (int scale = 0; scale < TABLES.length; scale++) {
            double[][] bands = bands(scale);
            TABLES[scale] = new double[3][][];
            for (int i = 0; i < TABLES[scale].length; i++) {
                TABLES[scale][i] = table(bands, SMALLEST << i);
            }
        }
    }

    private ScaleResponse() {}

    /**
     * @param scale the blocks are of a plane at 1 / 2^scale of the size of the picture
     * @return {@code [scale of MS-SSIM][size x size]}, each in [0, 1]; not to be changed
     */
    static double[][] of(int scale, int size) {
        return TABLES[scale][Integer.numberOfTrailingZeros(size / SMALLEST)];
    }

    /** For each scale of MS-SSIM the response at {@code [vertical x horizontal]} frequencies of the coded plane. */
    private static double[][] bands(int scale) {
        double[][] out = new double[VisualWeights.MS_SSIM_SCALES][GRID * GRID];
        for (int v = 0; v < GRID; v++) {
            for (int u = 0; u < GRID; u++) {
                double fx = (u + .5) / (2 * GRID) / (1 << scale);
                double fy = (v + .5) / (2 * GRID) / (1 << scale);
                double passed = 1;
                for (double[] band : out) {
                    double inMean = StrictMath.exp(-4 * Math.PI * Math.PI * WINDOW_VARIANCE * (fx * fx + fy * fy));
                    band[v * GRID + u] = passed * (1 - inMean);
                    double mean = StrictMath.cos(Math.PI * fx) * StrictMath.cos(Math.PI * fy); // of 2 x 2 samples
                    passed *= mean * mean;
                    fx = folded(2 * fx);
                    fy = folded(2 * fy);
                }
            }
        }
        return out;
    }

    /** What a frequency becomes when only samples remain: at most half a cycle. */
    private static double folded(double frequency) {
        return frequency > .5 ? 1 - frequency : frequency;
    }

    private static double[][] table(double[][] bands, int size) {
        double[][] spectra = new double[size][];
        for (int k = 0; k < size; k++) {
            spectra[k] = spectrum(size, k);
        }
        double[][] out = new double[bands.length][size * size];
        for (int s = 0; s < bands.length; s++) {
            for (int v = 0; v < size; v++) {
                double[] row = new double[GRID];
                for (int i = 0; i < GRID * GRID; i++) {
                    row[i % GRID] += spectra[v][i / GRID] * bands[s][i];
                }
                for (int u = 0; u < size; u++) {
                    double sum = 0;
                    for (int i = 0; i < GRID; i++) {
                        sum += spectra[u][i] * row[i];
                    }
                    out[s][v * size + u] = sum;
                }
            }
        }
        return out;
    }

    /** Energy of basis function {@code k} of a DCT-II over the frequencies; it sums up to 1. */
    private static double[] spectrum(int size, int k) {
        double[] out = new double[GRID];
        for (int i = 0; i < GRID; i++) {
            double w = Math.PI * (i + .5) / GRID;
            double re = 0;
            double im = 0;
            for (int t = 0; t < size; t++) {
                double value = StrictMath.cos(Math.PI * (t + .5) * k / size);
                re += value * StrictMath.cos(w * t);
                im += value * StrictMath.sin(w * t);
            }
            out[i] = re * re + im * im;
        }
        double total = Arrays.stream(out).sum();
        for (int i = 0; i < GRID; i++) {
            out[i] /= total;
        }
        return out;
    }
}
