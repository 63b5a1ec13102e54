package dev.tessera.audio;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a sound has between {@value #LOWEST} and {@value #HIGHEST} Hz, as the loudness of a few bands in frames of 20 ms; the way back
 * is noise of that loudness. Frames are those of {@link MelEnvelope}. Immutable.
 *
 * <p>Levels are binary logarithms of the rms of white noise that would be as loud in the band, in 1/{@value EnvelopeBasis#PER_OCTAVE}.
 */
final class HighBand {
    static final int LOWEST = 8_000;
    static final int HIGHEST = 20_000;

    /** Below it a band is silent: half the rms of the rounding to 16 bits. */
    static final int SILENT = -15 * EnvelopeBasis.PER_OCTAVE - EnvelopeBasis.PER_OCTAVE / 2;

    /** Borders of bands, in Hz: each an eighth wider than the one below, about as wide as six critical bands are in all. */
    private static final int[] EDGES = {LOWEST, 8_900, 9_900, 11_000, 12_300, 13_900, 15_700, 17_700, HIGHEST};

    private static final int NARROWEST = 500;
    private static final long NOISE_SEED = 3;

    private final Stft stft;
    private final int[] bins; // [bands + 1], where each band begins
    private final double windowEnergy;

    private HighBand(Stft stft, int[] bins) {
        this.stft = stft;
        this.bins = bins;
        double sum = 0;
        for (int t = 0; t < stft.fftSize(); t++) {
            double w = 0.5 - 0.5 * StrictMath.cos(2 * StrictMath.PI * t / stft.fftSize());
            sum += w * w;
        }
        this.windowEnergy = sum;
    }

    /** The bands of sounds of a rate; none below 17 kHz, and none where a frame is no whole number of samples. */
    static Optional<HighBand> of(int sampleRate) {
        double top = Math.min(HIGHEST, sampleRate / 2.0);
        int hop = sampleRate / MelEnvelope.FRAME_RATE;
        if (top < LOWEST + NARROWEST || hop * MelEnvelope.FRAME_RATE != sampleRate) {
            return Optional.empty();
        }
        int quarter = Math.ceilDiv(2 * hop, 4);
        while (!isSmooth(quarter)) {
            quarter++;
        }
        int fftSize = 4 * quarter;
        int bands = 1;
        while (bands < EDGES.length - 1 && EDGES[bands] <= top - NARROWEST) {
            bands++;
        }
        int[] bins = new int[bands + 1];
        for (int b = 0; b <= bands; b++) {
            double hertz = b == bands ? top : EDGES[b];
            bins[b] = (int) StrictMath.rint(hertz * fftSize / sampleRate);
        }
        return Optional.of(new HighBand(new Stft(fftSize, hop), bins));
    }

    /** Whether a number is a product of powers of 2, 3 and 5. */
    private static boolean isSmooth(int number) {
        int rest = number;
        for (int prime : new int[] {2, 3, 5}) {
            while (rest % prime == 0) {
                rest /= prime;
            }
        }
        return rest == 1;
    }

    int bands() {
        return bins.length - 1;
    }

    /** Frames beside a frame that what is heard in it depends on: noise around it, in spectra that lap over it twice. */
    static final int REACH_FRAMES = 3;

    /** Samples of a frame. */
    int hop() {
        return stft.hop();
    }

    /** Levels of all frames of {@code x}, {@code [frames][bands]}. */
    double[][] levels(float[] x) {
        Spectrogram spectra = stft.forward(x);
        double[][] out = new double[spectra.frames()][bands()];
        for (int t = 0; t < out.length; t++) {
            for (int b = 0; b < bands(); b++) {
                double energy = 0;
                for (int k = bins[b]; k < bins[b + 1]; k++) {
                    double magnitude = spectra.magnitude(t, k);
                    energy += magnitude * magnitude;
                }
                double power = energy / (bins[b + 1] - bins[b]) / windowEnergy;
                double octaves = StrictMath.log(Math.max(power, 1e-20)) / (2 * StrictMath.log(2));
                out[t][b] = Math.max(SILENT, EnvelopeBasis.PER_OCTAVE * octaves);
            }
        }
        return out;
    }

    /**
     * Noise as loud as {@code levels} say.
     *
     * @param levels {@code [frames][bands]}
     * @param firstFrame how many frames of the sound come before these: noise depends on where it is
     * @return the samples of the frames, as if there were silence around them
     */
    float[] noise(int[][] levels, int firstFrame) {
        int samples = levels.length * hop();
        float[] x = new float[samples];
        long state = GriffinLim.state(NOISE_SEED, (long) firstFrame * hop());
        for (int i = 0; i < samples; i++) {
            state = state * GriffinLim.MULTIPLIER + GriffinLim.INCREMENT;
            x[i] = (float) ((state >> 40) * 0x1p-23 * StrictMath.sqrt(3)); // even in +-sqrt 3, so that the rms is 1
        }
        Spectrogram spectra = stft.forward(x);
        for (int t = 0; t < spectra.frames(); t++) {
            double[] gains = new double[stft.bins()];
            for (int b = 0; b < bands(); b++) {
                double gain = levels[t][b] <= SILENT
                        ? 0
                        : StrictMath.pow(2, Math.min(levels[t][b], 0) / (double) EnvelopeBasis.PER_OCTAVE);
                Arrays.fill(gains, bins[b], bins[b + 1], gain);
            }
            for (int k = 0; k < gains.length; k++) {
                spectra.re(t)[k] *= gains[k];
                spectra.im(t)[k] *= gains[k];
            }
        }
        return stft.inverse(spectra, samples);
    }
}
