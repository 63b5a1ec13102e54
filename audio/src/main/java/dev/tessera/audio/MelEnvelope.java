package dev.tessera.audio;

import dev.tessera.codebook.Decoder;
import dev.tessera.codebook.Encoder;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;

/**
 * Spectral envelopes: decimal logarithms of {@value #BANDS} mel bands at {@value #FRAME_RATE} frames per second of 16 kHz
 * mono sound, and their Karhunen-Loeve transform. The way back invents the phases ({@link GriffinLim}).
 *
 * <p>Receptive field of a frame: {@value #FFT_SIZE} samples at 16 kHz around the middle of its {@value #HOP}; look-ahead
 * {@link Stft#lookAhead} = 352 samples behind its hop. No statistic of the file enters.
 */
final class MelEnvelope implements Encoder<AudioSignal>, Decoder<AudioSignal> {
    static final int SAMPLE_RATE = 16_000;
    static final int HOP = 320;
    static final int FRAME_RATE = SAMPLE_RATE / HOP;
    static final int FFT_SIZE = 1024;
    static final int BANDS = 80;

    /** Below this magnitude a band counts as silent; full-scale noise has about 20 per bin. */
    static final double FLOOR = 3e-3;

    /** What is coded as less than this magnitude is made silent. */
    static final double SILENCE = FLOOR * 1.3;

    static final Stft STFT = new Stft(FFT_SIZE, HOP);
    static final MelFilterBank MEL = new MelFilterBank(BANDS, FFT_SIZE, SAMPLE_RATE, 0, SAMPLE_RATE / 2.0);

    private static final int REFINEMENTS = 4;
    static final int ITERATIONS = 16;
    private static final long PHASE_SEED = 1;

    private final Klt klt;

    MelEnvelope(Klt klt) {
        this.klt = klt;
    }

    Klt klt() {
        return klt;
    }

    /** Frames of {@code samples} samples at 16 kHz. */
    static int frames(int samples) {
        return STFT.frames(samples);
    }

    /** Latents on the grid {@code [frames]}; channels are averaged, other rates resampled. */
    @Override
    public Latents encode(AudioSignal signal) {
        return encode(Resampler.resample(signal.toMono(), SAMPLE_RATE).data(0));
    }

    /** Latents of samples at 16 kHz. */
    Latents encode(float[] samples) {
        return klt.transform(logMel(samples));
    }

    /** 16 kHz mono, frames x {@value #HOP} samples. */
    @Override
    public AudioSignal decode(Latents latents) {
        int samples = Math.multiplyExact(latents.count(), HOP);
        return AudioSignal.wrap(SAMPLE_RATE, new float[][] {synthesize(latents, samples)});
    }

    /** Sound of {@code samples} samples at 16 kHz, which must have as many frames. */
    float[] synthesize(Latents latents, int samples) {
        return synthesize(mel(latents), samples, 0);
    }

    /**
     * Sound of {@code samples} samples at 16 kHz whose mel magnitudes are near to {@code mel}, {@code [frames][80]}.
     *
     * @param firstFrame how many frames of the sound come before these
     */
    static float[] synthesize(double[][] mel, int samples, int firstFrame) {
        double[][] magnitudes = new double[mel.length][];
        for (int t = 0; t < mel.length; t++) {
            magnitudes[t] = spread(mel[t]);
        }
        return new GriffinLim(STFT, ITERATIONS).signal(magnitudes, samples, PHASE_SEED, firstFrame);
    }

    /** log10 of all bands of all frames, {@code [frames] x 80}. */
    static Latents logMel(float[] samples) {
        Spectrogram spectra = STFT.forward(samples);
        float[] out = new float[Math.multiplyExact(spectra.frames(), BANDS)];
        double[] bands = new double[BANDS];
        for (int t = 0; t < spectra.frames(); t++) {
            MEL.apply(magnitudes(spectra, t), bands);
            for (int b = 0; b < BANDS; b++) {
                out[t * BANDS + b] = (float) StrictMath.log10(Math.max(bands[b], FLOOR));
            }
        }
        return Latents.of(spectra.frames(), BANDS, out);
    }

    /** Mel magnitudes, {@code [frames][80]}; a silent band is 0. */
    double[][] mel(Latents latents) {
        Latents logarithms = klt.inverse(latents);
        double[][] mel = new double[logarithms.count()][BANDS];
        double silent = StrictMath.log10(SILENCE);
        for (int t = 0; t < mel.length; t++) {
            for (int b = 0; b < BANDS; b++) {
                float value = logarithms.data()[t * BANDS + b];
                mel[t][b] = value < silent ? 0 : StrictMath.pow(10, Math.min(value, 4));
            }
        }
        return mel;
    }

    /**
     * Magnitudes of bins whose mel bands are {@code mel}: a smooth first guess, then multiplicative corrections (Richardson
     * and Lucy), which keep it non-negative. Without them the triangles smear every peak twice.
     */
    static double[] spread(double[] mel) {
        double[] bands = new double[BANDS];
        for (int b = 0; b < BANDS; b++) {
            bands[b] = mel[b] / MEL.weightSum(b);
        }
        double[] magnitudes = new double[STFT.bins()];
        double[] correction = new double[STFT.bins()];
        MEL.spread(bands, magnitudes);
        for (int i = 0; i < REFINEMENTS; i++) {
            MEL.apply(magnitudes, bands);
            for (int b = 0; b < BANDS; b++) {
                bands[b] = mel[b] / Math.max(bands[b], 1e-9);
            }
            MEL.spread(bands, correction);
            for (int k = 0; k < magnitudes.length; k++) {
                magnitudes[k] *= correction[k];
            }
        }
        return magnitudes;
    }

    static double[] magnitudes(Spectrogram spectra, int frame) {
        double[] out = new double[spectra.bins()];
        for (int k = 0; k < out.length; k++) {
            out[k] = spectra.magnitude(frame, k);
        }
        return out;
    }
}
