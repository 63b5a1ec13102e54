package dev.tessera.codecs.tensor;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;

/**
 * All bits of all values. A float becomes the integer that has its place in the order of floats (sign and magnitude, after
 * dropping the zero bits that all values end in); what is coded is the difference to an integer prediction, so nothing depends
 * on floating-point arithmetic, and NaN payloads and the two zeros come back as they were.
 */
final class LosslessCoding {
    private static final int LONGEST_TRIAL = 4096;
    private static final int DIFFERENCE_BITS = 33;
    private static final int SECONDARIES = 3;
    private static final int SIGNS = 9;
    private static final int PRIMARIES = 2 * DIFFERENCE_BITS + 1;
    private static final int MAGNITUDE_BITS = 31;

    private final Axes axes;
    private final BitCoder coder;
    private final int dropped; // zero bits at the end of every value
    private final AdaptiveBits modes = new AdaptiveBits(Mode.VALUES.length);
    private final ResidualModel differences = new ResidualModel(PRIMARIES, SECONDARIES, SIGNS, DIFFERENCE_BITS, false);

    /** Predictions from the step before (p), the neighbour (n), the neighbour's step before (b) and two steps before (q). */
    private enum Mode {
        ZERO,
        PREVIOUS,
        NEIGHBOUR,
        GRADIENT,
        MEAN,
        LINEAR,
        BLEND,
        CENTER;

        private static final Mode[] VALUES = values();
        private static final int BITS = Integer.numberOfTrailingZeros(VALUES.length);

        long predict(long p, long n, long b, long q, long center) {
            return switch (this) {
                case ZERO -> 0;
                case PREVIOUS -> p;
                case NEIGHBOUR -> n;
                case GRADIENT -> p + n - b;
                case MEAN -> p + n >> 1;
                case LINEAR -> 2 * p - q;
                case BLEND -> (3 * (p + n) >> 2) - (b >> 1);
                case CENTER -> center;
            };
        }
    }

    private LosslessCoding(Axes axes, BitCoder coder, int dropped) {
        this.axes = axes;
        this.coder = coder;
        this.dropped = coder.uniform(dropped, MAGNITUDE_BITS + 1);
    }

    static byte[] encode(Axes axes, float[] values) {
        int bits = 0;
        for (float v : values) {
            bits |= Float.floatToRawIntBits(v);
        }
        RangeEncoder encoder = new RangeEncoder();
        int dropped = Math.min(MAGNITUDE_BITS, Integer.numberOfTrailingZeros(bits));
        new LosslessCoding(axes, new BitCoder.Writing(encoder), dropped).run(values, values);
        return encoder.finish();
    }

    static float[] decode(Axes axes, RangeDecoder decoder) {
        float[] values = new float[axes.groups() * axes.steps() * axes.channels()];
        new LosslessCoding(axes, new BitCoder.Reading(decoder), 0).run(values, values);
        return values;
    }

    /** Reads from {@code source} or writes to {@code target}. */
    private void run(float[] source, float[] target) {
        int channels = axes.channels();
        for (int group = 0; group < axes.groups(); group++) {
            int start = axes.start(group);
            Mode[] chosen = new Mode[channels];
            long[] centers = new long[channels];
            for (int c = 0; c < channels; c++) {
                long center = coder.isReading() ? 0 : center(source, start, c);
                int mode =
                        coder.isReading() ? 0 : choose(source, start, c, center).ordinal();
                int node = 1;
                for (int i = Mode.BITS - 1; i >= 0; i--) {
                    node = node << 1 | modes.code(coder, node, mode >>> i & 1);
                }
                chosen[c] = Mode.VALUES[node - Mode.VALUES.length];
                if (chosen[c] == Mode.CENTER) {
                    centers[c] = order(Float.intBitsToFloat(coder.word(Float.floatToRawIntBits(value(center)))));
                }
            }
            codeGroup(chosen, centers, start, source, target);
        }
    }

    private void codeGroup(Mode[] chosen, long[] centers, int start, float[] source, float[] target) {
        int channels = chosen.length;
        long[] lengths = new long[channels]; // signed bit lengths of the last differences
        long[] longAgo = new long[channels];
        for (int t = 0; t < axes.steps(); t++) {
            long neighbour = 0;
            for (int c = 0; c < channels; c++) {
                int position = start + t * channels + c;
                long prediction = prediction(chosen[c], centers[c], target, start, t, c);
                if (c == 0) {
                    neighbour = lengths[0];
                }
                long sum = Math.abs(neighbour) + Math.abs(lengths[c]);
                int secondary = 1 + Long.signum(2 * Math.abs(longAgo[c]) - sum);
                int sign = 3 * (1 + Long.signum(neighbour)) + 1 + Long.signum(lengths[c]);
                long difference = coder.isReading() ? 0 : order(source[position]) - prediction;
                difference = differences.code(coder, difference, (int) sum, secondary, sign);
                target[position] = value(prediction + difference);
                longAgo[c] = lengths[c];
                lengths[c] =
                        (long) Long.signum(difference) * (Long.SIZE - Long.numberOfLeadingZeros(Math.abs(difference)));
                neighbour = lengths[c];
            }
        }
    }

    private long prediction(Mode mode, long center, float[] values, int start, int t, int c) {
        int channels = axes.channels();
        int position = start + t * channels + c;
        long p = t > 0 ? order(values[position - channels]) : 0;
        long n = c > 0 ? order(values[position - 1]) : p;
        long b = t > 0 && c > 0 ? order(values[position - channels - 1]) : p;
        long q = t > 1 ? order(values[position - 2 * channels]) : p;
        long limit = 1L << MAGNITUDE_BITS - dropped;
        return Math.max(-limit, Math.min(limit - 1, mode.predict(p, n, b, q, center)));
    }

    private Mode choose(float[] values, int start, int c, long center) {
        Mode choice = Mode.ZERO;
        long least = Long.MAX_VALUE;
        int steps = Math.min(LONGEST_TRIAL, axes.steps());
        for (Mode mode : Mode.VALUES) {
            long cost = mode == Mode.CENTER ? Integer.SIZE : 0;
            for (int t = 0; t < steps; t++) {
                long difference =
                        order(values[start + t * axes.channels() + c]) - prediction(mode, center, values, start, t, c);
                cost += Long.SIZE - Long.numberOfLeadingZeros(Math.abs(difference));
            }
            if (cost < least) {
                least = cost;
                choice = mode;
            }
        }
        return choice;
    }

    /** The median of a track, in the order of floats. */
    private long center(float[] values, int start, int c) {
        long[] sorted = new long[axes.steps()];
        for (int t = 0; t < sorted.length; t++) {
            sorted[t] = order(values[start + t * axes.channels() + c]);
        }
        java.util.Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private long order(float value) {
        int bits = Float.floatToRawIntBits(value);
        long magnitude = (bits & Integer.MAX_VALUE) >>> dropped;
        return bits < 0 ? ~magnitude : magnitude;
    }

    private float value(long order) {
        int sign = order < 0 ? Integer.MIN_VALUE : 0;
        int magnitude = (int) ((order < 0 ? ~order : order) << dropped) & Integer.MAX_VALUE;
        return Float.intBitsToFloat(sign | magnitude);
    }
}
