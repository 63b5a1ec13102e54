package dev.tessera.audio;

/**
 * A signal whose short-time magnitudes are near to given ones: alternating projections (Griffin and Lim 1984) with the
 * extrapolation of Perraudin, Balazs and Sondergaard 2013. Start phases and the number of iterations are fixed, so the
 * result is the same on every machine.
 */
final class GriffinLim {
    private static final double EXTRAPOLATION = 0.99;
    private static final int PHASES = 4096;
    static final long MULTIPLIER = 6364136223846793005L; // Knuth's MMIX generator
    static final long INCREMENT = 1442695040888963407L;
    private static final double[] COS = new double[PHASES];
    private static final double[] SIN = new double[PHASES];

    static {
        for (int i = 0; i < PHASES; i++) {
            COS[i] = StrictMath.cos(2 * StrictMath.PI * i / PHASES);
            SIN[i] = StrictMath.sin(2 * StrictMath.PI * i / PHASES);
        }
    }

    private final Stft stft;
    private final int iterations;

    GriffinLim(Stft stft, int iterations) {
        this.stft = stft;
        this.iterations = iterations;
    }

    /**
     * @param magnitudes {@code [frames][bins]}
     * @param samples length of the result; has as many frames
     * @param seed chooses the start phases
     * @param firstFrame how many frames of the sound come before these: phases depend on where a frame is
     */
    float[] signal(double[][] magnitudes, int samples, long seed, int firstFrame) {
        Spectrogram spectra = start(magnitudes, state(seed, (long) firstFrame * stft.bins()));
        Spectrogram previous = new Spectrogram(magnitudes.length, stft.bins());
        float[] x = stft.inverse(spectra, samples);
        for (int i = 0; i < iterations; i++) {
            Spectrogram consistent = stft.forward(x);
            for (int t = 0; t < magnitudes.length; t++) {
                project(consistent, previous, spectra, magnitudes[t], t);
            }
            previous = consistent;
            x = stft.inverse(spectra, samples);
        }
        return x;
    }

    /** State of the generator of phases after {@code steps} numbers; each takes x to a x + b, and so do any two together. */
    static long state(long seed, long steps) {
        long state = seed;
        long a = MULTIPLIER;
        long b = INCREMENT;
        for (long rest = steps; rest > 0; rest >>= 1) {
            if ((rest & 1) == 1) {
                state = state * a + b;
            }
            b = a * b + b;
            a = a * a;
        }
        return state;
    }

    private Spectrogram start(double[][] magnitudes, long firstState) {
        Spectrogram spectra = new Spectrogram(magnitudes.length, stft.bins());
        long state = firstState;
        for (int t = 0; t < magnitudes.length; t++) {
            for (int k = 0; k < stft.bins(); k++) {
                state = state * MULTIPLIER + INCREMENT;
                int phase = (int) (state >>> 40) & PHASES - 1;
                spectra.re(t)[k] = magnitudes[t][k] * COS[phase];
                spectra.im(t)[k] = magnitudes[t][k] * SIN[phase];
            }
        }
        return spectra;
    }

    /** The wanted magnitudes with the phases of the extrapolated consistent spectra. */
    private static void project(
            Spectrogram consistent, Spectrogram previous, Spectrogram out, double[] magnitudes, int t) {
        double[] re = consistent.re(t);
        double[] im = consistent.im(t);
        for (int k = 0; k < magnitudes.length; k++) {
            double a = re[k] + EXTRAPOLATION * (re[k] - previous.re(t)[k]);
            double b = im[k] + EXTRAPOLATION * (im[k] - previous.im(t)[k]);
            double scale = magnitudes[k] / (StrictMath.sqrt(a * a + b * b) + 1e-12);
            out.re(t)[k] = a * scale;
            out.im(t)[k] = b * scale;
        }
    }
}
