package dev.tessera.audio;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;

/**
 * Spectral envelopes as coefficients and back: the KLT of the logarithms of a frame's mel bands, and of each component the DCT-II
 * over a span of frames. What a span is expected to be before it is coded is the frame before it, fading: components are taken
 * as first-order autoregressions, whose best predictor that is. The way back is in integers, so that entropy models may look at
 * envelopes. Immutable.
 *
 * <p>Logarithms are binary, in 1/{@value #PER_OCTAVE}.
 */
final class EnvelopeBasis {
    static final int PER_OCTAVE = 256;

    /** Binary logarithms of the frames that spans may have; a span level names one, 0 the longest. */
    private static final int[] SPAN_BITS = {5, 4, 3};

    static final int SPAN_LEVELS = SPAN_BITS.length;

    /** Frames of the longest span, 640 ms; all are whole numbers of the longest block of the {@link LappedTransform}. */
    static final int LONGEST = 1 << SPAN_BITS[0];

    private static final int BANDS = MelEnvelope.BANDS;
    private static final int BITS = 14; // of fractions of tables
    private static final int ONE = 1 << BITS;
    private static final int LIMIT =
            1 << 20; // of components, which no sound comes near to: hostile files overflow nothing
    private static final double PER_DECADE = PER_OCTAVE * StrictMath.log(10) / StrictMath.log(2);
    private static final int[][] COSINES = new int[SPAN_LEVELS][]; // [frequency x frame]

    static {
        for (int level = 0; level < SPAN_LEVELS; level++) {
            int n = frames(level);
            COSINES[level] = new int[n * n];
            for (int f = 0; f < n; f++) {
                double norm = StrictMath.sqrt((f == 0 ? 1.0 : 2.0) / n);
                for (int t = 0; t < n; t++) {
                    COSINES[level][f * n + t] = fixed(norm * StrictMath.cos(StrictMath.PI * (t + 0.5) * f / n));
                }
            }
        }
    }

    private final int components;
    private final int[] mean; // by band
    private final int[] basis; // [components x bands]
    private final int[]
            fading; // [components x longest span]: what is expected of a component of 1 after 1, 2, ... frames

    /**
     * @param klt of decimal logarithms of mel magnitudes
     * @param decay correlation of each component with itself a frame later, {@code [components]}
     */
    EnvelopeBasis(Klt klt, float[] decay) {
        components = klt.components();
        mean = new int[BANDS];
        basis = new int[components * BANDS];
        fading = new int[components * LONGEST];
        for (int b = 0; b < BANDS; b++) {
            mean[b] = (int) StrictMath.rint(PER_DECADE * klt.mean()[b]);
        }
        float[] axes = klt.basis();
        for (int i = 0; i < basis.length; i++) {
            basis[i] = fixed(axes[i]);
        }
        for (int c = 0; c < components; c++) {
            double expected = 1;
            for (int t = 0; t < LONGEST; t++) {
                expected *= decay[c];
                fading[c * LONGEST + t] = fixed(expected);
            }
        }
    }

    private static int fixed(double fraction) {
        return (int) StrictMath.rint(ONE * fraction);
    }

    int components() {
        return components;
    }

    /** Frequency {@code f} of the DCT-II over a span at frame {@code t}, in 1/2^14. */
    static int cosine(int level, int f, int t) {
        return COSINES[level][f * frames(level) + t];
    }

    /** Frames of a span. */
    static int frames(int level) {
        return 1 << SPAN_BITS[level];
    }

    /** Components of all frames of {@link MelEnvelope#logMel}, {@code [frames][components]}. */
    double[][] components(Latents logMel) {
        double[][] out = new double[logMel.count()][components];
        double[] frame = new double[BANDS];
        for (int t = 0; t < out.length; t++) {
            for (int b = 0; b < BANDS; b++) {
                frame[b] = logMel.data()[t * BANDS + b] * PER_DECADE - mean[b];
            }
            for (int c = 0; c < components; c++) {
                double sum = 0;
                for (int b = 0; b < BANDS; b++) {
                    sum += frame[b] * basis[c * BANDS + b];
                }
                out[t][c] = sum / ONE;
            }
        }
        return out;
    }

    /** What component {@code c} of frame {@code t} of a span is expected to be when it was {@code last} before the span. */
    int expected(int last, int c, int t) {
        return (int) ((long) last * fading[c * LONGEST + t] >> BITS);
    }

    /**
     * The coefficient of frequency {@code f} of what a component is more than expected.
     *
     * @param excess by frame of the span
     */
    static double coefficient(double[] excess, int level, int f) {
        double sum = 0;
        for (int t = 0; t < excess.length; t++) {
            sum += excess[t] * COSINES[level][f * excess.length + t];
        }
        return sum / ONE;
    }

    /**
     * Component {@code c} of all frames of a span from its coefficients.
     *
     * @param values quantized coefficients, {@code [frequencies][components]}
     * @param last the component before the span
     * @param out {@code [frames][components]}; column {@code c} is written
     */
    void restore(int[][] values, int step, int level, int c, int last, int[][] out) {
        int n = out.length;
        for (int t = 0; t < n; t++) {
            long sum = 0;
            for (int f = 0; f < n; f++) {
                sum += (long) values[f][c] * step * COSINES[level][f * n + t];
            }
            long value = expected(last, c, t) + (sum + ONE / 2 >> BITS);
            out[t][c] = (int) Math.clamp(value, -LIMIT, LIMIT);
        }
    }

    /** Logarithms of the mel magnitudes of a frame from its components, to {@code out}, {@code [bands]}. */
    void bands(int[] frame, int[] out) {
        for (int b = 0; b < BANDS; b++) {
            long sum = 0;
            for (int c = 0; c < components; c++) {
                sum += (long) frame[c] * basis[c * BANDS + b];
            }
            out[b] = mean[b] + (int) (sum + ONE / 2 >> BITS);
        }
    }

    /** Mel magnitudes, {@code [frames][bands]}, of logarithms; a silent band is 0. */
    static double[][] magnitudes(int[][] bands) {
        double silent = PER_DECADE * StrictMath.log10(MelEnvelope.SILENCE);
        double[][] mel = new double[bands.length][BANDS];
        for (int t = 0; t < bands.length; t++) {
            for (int b = 0; b < BANDS; b++) {
                int value = Math.min(bands[t][b], 16 * PER_OCTAVE);
                mel[t][b] = value < silent ? 0 : StrictMath.pow(2, (double) value / PER_OCTAVE);
            }
        }
        return mel;
    }
}
