package dev.tessera.audio;

import dev.tessera.codecs.AdaptiveBit;
import dev.tessera.codecs.mixing.BitCoder;
import java.util.Arrays;

/**
 * The order in which the levels of a {@link HighBand} of one plane are coded, span by span: what they are more than the loudness below
 * 8 kHz lets expect, by a DCT-II over bands and over time, from slow to fast changes. The slowest ones are coded as differences to
 * those of the span before. The way back is in integers. One walk serves encoder and decoder.
 */
final class HighBandCoding {
    /** Steps are 128 x 2^(index / 2), rounded, in 1/256 octave; 0 means that nothing is coded. */
    static final int STEPS = 16;

    private static final int MAX_MAGNITUDE = 1 << 12;
    private static final int UNARY = 5;
    private static final int BITS = 14; // of fractions of cosines

    /** What counts as less than a step: nearer to zero than to what would be coded, since zeros take few bits. */
    private static final double ROUNDING = 0.36;

    /** Bands of the envelope below 8 kHz that say how loud it is: those that the resampler leaves alone. */
    private static final int FIRST_BELOW = 74;

    private static final int LAST_BELOW = 77;

    /** What a band is expected to be softer than the one below, 3/4 octave: the mean over the three folders of the training set. */
    private static final int FALL = 3 * EnvelopeBasis.PER_OCTAVE / 4;

    private final BitCoder coder;
    private final int bands;
    private final int level;
    private final int step;
    private final int[] cosines; // [frequency x band]
    private final AdaptiveBit[] more = bits(3); // whether faster changes follow, by frequency
    private final AdaptiveBit[] zero = bits(4 * 3 * 3);
    private final AdaptiveBit[] larger = bits(2 * UNARY);
    private int[] last; // slowest changes of the span before

    /** Says what is coded: levels of all frames, {@code [frames][bands]}; a decoder passes none. */
    @FunctionalInterface
    interface Source {
        double at(int frame, int band);
    }

    /** What a decoder passes. */
    static final Source NONE = (_, _) -> 0;

    /**
     * @param level of the spans, see {@link EnvelopeBasis#frames(int)}
     * @param stepIndex 1 to {@value #STEPS} - 1
     */
    HighBandCoding(BitCoder coder, int bands, int level, int stepIndex) {
        this.coder = coder;
        this.bands = bands;
        this.level = level;
        this.step = (int) StrictMath.rint(128 * StrictMath.pow(2, stepIndex / 2.0));
        this.cosines = new int[bands * bands];
        this.last = new int[bands];
        for (int f = 0; f < bands; f++) {
            double norm = StrictMath.sqrt((f == 0 ? 1.0 : 2.0) / bands);
            for (int b = 0; b < bands; b++) {
                cosines[f * bands + b] = (int)
                        StrictMath.rint((1 << BITS) * norm * StrictMath.cos(StrictMath.PI * (b + 0.5) * f / bands));
            }
        }
    }

    private static AdaptiveBit[] bits(int count) {
        AdaptiveBit[] bits = new AdaptiveBit[count];
        Arrays.setAll(bits, _ -> new AdaptiveBit());
        return bits;
    }

    /**
     * Codes the next span.
     *
     * @param below logarithms of the mel magnitudes of all frames, {@code [frames][80]}
     * @param levels {@code [frames][bands]}; those of the span that exist are written
     * @param from first frame of the span
     */
    void span(Source source, int[][] below, int[][] levels, int from) {
        int n = EnvelopeBasis.frames(level);
        int[][] expected = new int[n][bands];
        for (int t = 0; t < n; t++) {
            int loudness = loudness(below[Math.min(below.length - 1, from + t)]);
            for (int b = 0; b < bands; b++) {
                expected[t][b] = Math.max(HighBand.SILENT, loudness - FALL * (b + 1));
            }
        }
        int[][] wanted = wanted(source, expected, levels.length, from);
        int rows = n;
        while (rows > 1 && Arrays.stream(wanted[rows - 1]).allMatch(v -> v == 0)) {
            rows--;
        }
        int[][] q = new int[n][bands];
        for (int f = 0; f < n; f++) {
            if (f > 0 && coded(more[f == 1 ? 0 : f < 5 ? 1 : 2], f < rows ? 1 : 0) == 0) {
                break;
            }
            for (int c = 0; c < bands; c++) {
                q[f][c] = value(f, c, q, wanted[f][c]);
            }
        }
        for (int c = 0; c < bands; c++) {
            q[0][c] = Math.clamp(q[0][c] + last[c], -MAX_MAGNITUDE, MAX_MAGNITUDE);
        }
        last = q[0];
        restore(q, expected, levels, from);
    }

    /** How loud the uppermost octave part of a frame below 8 kHz is, in levels. */
    private static int loudness(int[] mel) {
        int sum = 0;
        for (int b = FIRST_BELOW; b <= LAST_BELOW; b++) {
            sum += EnvelopeLevels.rms(mel[b], b);
        }
        return Math.floorDiv(sum, LAST_BELOW - FIRST_BELOW + 1);
    }

    /** What an encoder codes, {@code [frequencies][bands]}. */
    private int[][] wanted(Source source, int[][] expected, int frames, int from) {
        int n = expected.length;
        int[][] out = new int[n][bands];
        double[][] rows = new double[bands][n]; // over bands
        for (int t = 0; t < n; t++) {
            for (int c = 0; c < bands; c++) {
                double sum = 0;
                for (int b = 0; b < bands; b++) {
                    double excess = source.at(Math.min(frames - 1, from + t), b) - expected[t][b];
                    sum += excess * cosines[c * bands + b];
                }
                rows[c][t] = sum / (1 << BITS);
            }
        }
        for (int c = 0; c < bands; c++) {
            for (int f = 0; f < n; f++) {
                double x = EnvelopeBasis.coefficient(rows[c], level, f) / step - (f == 0 ? last[c] : 0);
                int size = (int) Math.min(MAX_MAGNITUDE, Math.abs(x) + ROUNDING);
                out[f][c] = x < 0 ? -size : size;
            }
        }
        return out;
    }

    private void restore(int[][] q, int[][] expected, int[][] levels, int from) {
        int n = q.length;
        long[][] rows = new long[n][bands];
        for (int f = 0; f < n; f++) {
            for (int b = 0; b < bands; b++) {
                for (int c = 0; c < bands; c++) {
                    rows[f][b] += (long) q[f][c] * step * cosines[c * bands + b];
                }
            }
        }
        for (int t = 0; t < n && from + t < levels.length; t++) {
            for (int b = 0; b < bands; b++) {
                long sum = 0;
                for (int f = 0; f < n; f++) {
                    sum += (rows[f][b] >> BITS) * EnvelopeBasis.cosine(level, f, t);
                }
                long value = expected[t][b] + (sum + (1 << BITS - 1) >> BITS);
                levels[from + t][b] = (int) Math.clamp(value, HighBand.SILENT, 0);
            }
        }
    }

    private int value(int f, int c, int[][] q, int value) {
        int slow = f == 0 ? 0 : f < 3 ? 1 : f < 8 ? 2 : 3;
        int left = c == 0 ? 0 : Math.min(2, Math.abs(q[f][c - 1]));
        int before = f < 2 ? 0 : Math.min(2, Math.abs(q[f - 1][c]));
        int magnitude = Math.abs(value);
        if (coded(zero[(slow * 3 + left) * 3 + before], magnitude == 0 ? 0 : 1) == 0) {
            return 0;
        }
        int m = 1;
        while (m <= UNARY && coded(larger[(f == 0 ? 0 : UNARY) + m - 1], magnitude > m ? 1 : 0) == 1) {
            m++;
        }
        if (m > UNARY) {
            m = Math.min(MAX_MAGNITUDE, m + coder.escape(magnitude - m, SignedModel.ESCAPE_BITS));
        }
        return coder.even(value < 0 ? 1 : 0) == 1 ? -m : m;
    }

    private int coded(AdaptiveBit bit, int wanted) {
        int value = coder.bit(bit.probability(), wanted);
        bit.update(value);
        return value;
    }
}
