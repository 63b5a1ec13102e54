package dev.tessera.eval;

import java.util.Arrays;

/**
 * How near a sound is to its original. Both go to 16 kHz mono, a delay of up to 100 ms is removed by cross-correlation,
 * and one gain, the one that brings the original to an rms of 0.08, is applied to both.
 *
 * @param melDistance mean |difference| of log10 mel magnitudes (80 bands, 0 to 8 kHz, floor 1e-2) over FFT sizes 512, 1024
 *     and 2048; 0.1 is 2 dB
 * @param melDistance0To4k the same over the bands centred below 4 kHz
 * @param siSdr scale-invariant signal-to-distortion ratio (Le Roux et al. 2019), dB; meaningless for codecs that invent
 *     the phase
 * @param stoi short-time objective intelligibility (Taal et al. 2011), of speech; null when under 30 loud frames of 25.6 ms
 *     are left
 * @param seconds compared
 */
public record AudioMetrics(double melDistance, double melDistance0To4k, double siSdr, Double stoi, double seconds) {
    private static final int RATE = 16000;
    private static final int MAX_LAG = 1600;
    private static final int ALIGN_SECONDS = 4;
    private static final int[] FFT_SIZES = {512, 1024, 2048};

    /**
     * Compares two sounds, {@code [channels][samples]} with full scale 1.
     *
     * @throws IllegalArgumentException when one of them is empty
     */
    public static AudioMetrics of(float[][] reference, int referenceRate, float[][] distorted, int distortedRate) {
        double[] x = PolyphaseResampler.resample(mono(reference), referenceRate, RATE);
        double[] y = PolyphaseResampler.resample(mono(distorted), distortedRate, RATE);
        if (x.length == 0 || y.length == 0) {
            throw new IllegalArgumentException("an empty sound cannot be compared");
        }
        y = shifted(y, lag(x, y));
        int n = Math.min(x.length, y.length);
        if (n == 0) {
            throw new IllegalArgumentException("nothing is left to compare after the delay is removed");
        }
        x = Arrays.copyOf(x, n);
        y = Arrays.copyOf(y, n);
        double gain = .08 / Math.max(1e-9, Math.sqrt(dot(x, x) / n));
        for (int i = 0; i < n; i++) {
            x[i] *= gain;
            y[i] *= gain;
        }
        double full = 0;
        double low = 0;
        for (int size : FFT_SIZES) {
            MelSpectrogram mel = new MelSpectrogram(size, RATE);
            double[] distances = mel.distances(x, y);
            full += distances[0] / FFT_SIZES.length;
            low += distances[1] / FFT_SIZES.length;
        }
        Double stoi = Intelligibility.of(
                PolyphaseResampler.resample(x, RATE, Intelligibility.RATE),
                PolyphaseResampler.resample(y, RATE, Intelligibility.RATE));
        return new AudioMetrics(full, low, siSdr(x, y), stoi, (double) n / RATE);
    }

    private static double[] mono(float[][] channels) {
        if (channels.length == 0) {
            throw new IllegalArgumentException("a sound needs at least 1 channel");
        }
        double[] out = new double[channels[0].length];
        for (float[] channel : channels) {
            for (int i = 0; i < out.length; i++) {
                out[i] += channel[i];
            }
        }
        for (int i = 0; i < out.length; i++) {
            out[i] /= channels.length;
        }
        return out;
    }

    /** Samples by which y comes later than x; the first best of 0..1599, -1600..-1. */
    private static int lag(double[] x, double[] y) {
        int n = Math.min(Math.min(x.length, y.length), ALIGN_SECONDS * RATE);
        int size = Integer.highestOneBit(Math.max(1, 2 * n - 1)) * 2;
        double[] correlation = Spectra.crossCorrelation(x, y, n, size);
        int best = 0;
        double bestValue = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < 2 * MAX_LAG; k++) {
            int lag = k < MAX_LAG ? k : k - 2 * MAX_LAG;
            double value = correlation[Math.floorMod(lag, size)];
            if (value > bestValue) {
                bestValue = value;
                best = lag;
            }
        }
        return best;
    }

    private static double[] shifted(double[] y, int lag) {
        if (lag >= 0) {
            return Arrays.copyOfRange(y, Math.min(lag, y.length), y.length);
        }
        double[] out = new double[y.length - lag];
        System.arraycopy(y, 0, out, -lag, y.length);
        return out;
    }

    private static double siSdr(double[] x, double[] y) {
        double[] xs = centred(x);
        double[] ys = centred(y);
        double scale = dot(xs, ys) / (dot(xs, xs) + 1e-12);
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < xs.length; i++) {
            double s = scale * xs[i];
            signal += s * s;
            noise += (ys[i] - s) * (ys[i] - s);
        }
        return 10 * Math.log10((signal + 1e-12) / (noise + 1e-12));
    }

    private static double[] centred(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        return Arrays.stream(values).map(v -> v - mean).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
