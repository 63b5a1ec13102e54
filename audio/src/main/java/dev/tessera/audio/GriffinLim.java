package dev.tessera.audio;

/**
 * A signal whose short-time magnitudes are near to given ones: alternating projections (Griffin and Lim 1984) with the
 * extrapolation of Perraudin, Balazs and Sondergaard 2013. Start phases and the number of iterations are fixed, so the
 * result is the same on every machine.
 */
final class GriffinLim {
    private static final double EXTRAPOLATION = 0.99;
    private static final int PHASES = 4096;
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
     */
    float[] signal(double[][] magnitudes, int samples, long seed) {
        Spectrogram spectra = start(magnitudes, seed);
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

    private Spectrogram start(double[][] magnitudes, long seed) {
        Spectrogram spectra = new Spectrogram(magnitudes.length, stft.bins());
        long state = seed;
        for (int t = 0; t < magnitudes.length; t++) {
            for (int k = 0; k < stft.bins(); k++) {
                state = state * 6364136223846793005L + 1442695040888963407L; // Knuth's MMIX generator
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
