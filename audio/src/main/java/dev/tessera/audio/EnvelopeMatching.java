package dev.tessera.audio;

import java.util.function.IntToDoubleFunction;

/**
 * Brings the mel magnitudes of a decoded sound nearer to its coded envelope: alternating projections, where each mel band of each
 * short-time spectrum is scaled to what the envelope says. Only sums of bands are asked for, not magnitudes of bins as by
 * {@link GriffinLim}, so that a signal can have them nearly. Pays when the envelope is finely quantized.
 */
final class EnvelopeMatching {
    static final int ITERATIONS = 8;
    private static final double MOST = 2; // times per iteration

    /** How much louder than the rms a bin of noise may be. */
    private static final double PEAK = 1.3;

    private EnvelopeMatching() {}

    /**
     * Changes {@code samples}.
     *
     * @param core the coded waveform, of which the spectra of the result may differ by as much as noise may be added
     * @param mel magnitudes to reach, {@code [frames][80]}
     * @param largest rms of the noise that is added to a coefficient at most, by frame
     */
    static void apply(float[] samples, float[] core, double[][] mel, IntToDoubleFunction largest) {
        if (samples.length == 0) {
            return;
        }
        Spectrogram kept = MelEnvelope.STFT.forward(core);
        double[] bands = new double[MelEnvelope.BANDS];
        double[] gains = new double[MelEnvelope.STFT.bins()];
        for (int i = 0; i < ITERATIONS; i++) {
            Spectrogram spectra = MelEnvelope.STFT.forward(samples);
            for (int t = 0; t < mel.length; t++) {
                MelEnvelope.MEL.apply(MelEnvelope.magnitudes(spectra, t), bands);
                for (int b = 0; b < bands.length; b++) {
                    double wanted = Math.max(mel[t][b], MelEnvelope.FLOOR);
                    bands[b] = Math.clamp(wanted / Math.max(bands[b], 1e-4), 1 / MOST, MOST);
                }
                MelEnvelope.MEL.spread(bands, gains);
                double limit = PEAK * NoiseFilling.MAGNITUDE_PER_RMS * largest.applyAsDouble(t);
                scale(spectra.re(t), spectra.im(t), kept.re(t), kept.im(t), gains, limit);
            }
            System.arraycopy(MelEnvelope.STFT.inverse(spectra, samples.length), 0, samples, 0, samples.length);
        }
    }

    private static void scale(
            double[] re, double[] im, double[] keptRe, double[] keptIm, double[] gains, double limit) {
        for (int k = 0; k < re.length; k++) {
            double differenceRe = re[k] * gains[k] - keptRe[k];
            double differenceIm = im[k] * gains[k] - keptIm[k];
            double size = StrictMath.sqrt(differenceRe * differenceRe + differenceIm * differenceIm);
            double share = size > limit ? limit / size : 1;
            re[k] = keptRe[k] + share * differenceRe;
            im[k] = keptIm[k] + share * differenceIm;
        }
    }
}
