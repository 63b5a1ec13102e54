package dev.tessera.audio;

import java.util.Arrays;

/**
 * Fills what the waveform coder left out with noise up to the coded envelope: the missing mel magnitudes become a signal of
 * their own ({@link GriffinLim}), so that its time resolution is that of the envelope.
 */
final class NoiseFilling {
    static final int ITERATIONS = 8;
    private static final long PHASE_SEED = 2;

    /** Mean magnitude of an STFT bin (Hann, 1024) of white noise of rms 1: sqrt(384 x pi / 4). */
    static final double MAGNITUDE_PER_RMS = 17.37;

    private NoiseFilling() {}

    /** Rms of the noise that is added to an MDCT coefficient at most. */
    @FunctionalInterface
    interface Limit {
        double at(int frame, int band);
    }

    /** The first mel band of which less than half lies below a frequency. */
    static int firstBandAbove(double hertz) {
        double[] bin = new double[MelEnvelope.STFT.bins()];
        int band = 0;
        double[] bands = new double[MelEnvelope.BANDS];
        int k = (int) (hertz * MelEnvelope.FFT_SIZE / MelEnvelope.SAMPLE_RATE);
        Arrays.fill(bin, 0, Math.min(k, bin.length), 1);
        MelEnvelope.MEL.apply(bin, bands);
        while (band < bands.length && bands[band] >= 0.5 * MelEnvelope.MEL.weightSum(band)) {
            band++;
        }
        return band;
    }

    /**
     * Adds noise to {@code samples}.
     *
     * @param mel magnitudes to reach, {@code [frames][80]}
     * @param largest the stronger the noise may be, the better the envelope fits and the worse the waveform
     */
    static void add(float[] samples, double[][] mel, Limit largest) {
        add(samples, mel, largest, 0);
    }

    /**
     * The same of a piece of a sound.
     *
     * @param firstFrame how many frames come before it
     */
    static void add(float[] samples, double[][] mel, Limit largest, int firstFrame) {
        if (samples.length == 0) {
            return;
        }
        Spectrogram core = MelEnvelope.STFT.forward(samples);
        double[][] missing = new double[mel.length][];
        double[] bands = new double[MelEnvelope.BANDS];
        for (int t = 0; t < mel.length; t++) {
            MelEnvelope.MEL.apply(MelEnvelope.magnitudes(core, t), bands);
            for (int b = 0; b < bands.length; b++) {
                double energy = mel[t][b] * mel[t][b] - bands[b] * bands[b];
                double limit = largest.at(t, b) * MAGNITUDE_PER_RMS * MelEnvelope.MEL.weightSum(b);
                bands[b] = energy <= 0 ? 0 : Math.min(limit, StrictMath.sqrt(energy));
            }
            missing[t] = MelEnvelope.spread(bands);
        }
        float[] noise =
                new GriffinLim(MelEnvelope.STFT, ITERATIONS).signal(missing, samples.length, PHASE_SEED, firstFrame);
        for (int i = 0; i < samples.length; i++) {
            samples[i] += noise[i];
        }
    }
}
