package dev.tessera.codecs.rans;

import dev.tessera.codecs.EntropyEncoder;
import java.util.Arrays;

/**
 * Codes what any model writes, adaptive or not, with one 64-bit state of an asymmetric numeral system (Duda 2013): the
 * intervals are kept until {@link #finish}, because the last must go first. Memory: 9 bytes per call. Against
 * {@link dev.tessera.codecs.RangeEncoder} it costs up to 6 bytes more and tells damage at the end.
 *
 * <p>Totals that are no power of two are stretched to one, 2^8 times larger or more (at most 2^31), by rounding both
 * ends of an interval down. The stream: the state, 8 bytes, little-endian, then words of 4 bytes, little-endian, in
 * the order in which the decoder needs them; nothing at all for no call.
 */
public final class BufferedRansEncoder implements EntropyEncoder {
    /** States live in [2^31, 2^63). */
    static final long LOWEST = 1L << 31;

    private static final int MAX_SCALE = 31;

    /** More would cost by rounding states (2^31 cost 0.03 % of an adaptive stream), fewer by rounding intervals. */
    private static final int EXTRA_BITS = 9;

    private int[] starts = new int[64];
    private int[] frequencies = new int[64];
    private byte[] scales = new byte[64]; // binary logarithms of the totals
    private int length;

    @Override
    public void encode(int cumulative, int frequency, int total) {
        if (cumulative < 0 || frequency < 1 || cumulative > total - frequency || total > 1 << MAX_TOTAL_BITS) {
            throw new IllegalArgumentException("interval [" + cumulative + ", " + cumulative + " + " + frequency
                    + ") of total " + total + " must be inside [0, total), not empty, total at most 2^"
                    + MAX_TOTAL_BITS);
        }
        put(cumulative, frequency, total);
    }

    @Override
    public void encodeBit(int bit, int probabilityOfOne) {
        if (probabilityOfOne < 1 || probabilityOfOne > 65535) {
            throw new IllegalArgumentException("probabilityOfOne is " + probabilityOfOne + ", must be in [1, 65535]");
        }
        if (bit != 0) {
            put(0, probabilityOfOne, 1 << 16);
        } else {
            put(probabilityOfOne, (1 << 16) - probabilityOfOne, 1 << 16);
        }
    }

    @Override
    public void encodeUniform(int value, int bound) {
        if (value < 0 || value >= bound) {
            throw new IllegalArgumentException("value is " + value + ", must be in [0, " + bound + ")");
        }
        put(value, 1, bound);
    }

    private void put(int cumulative, int frequency, int total) {
        if (frequency == total) {
            return; // certain: no bits, and 2^31 would not fit
        }
        if (length == starts.length) {
            starts = Arrays.copyOf(starts, 2 * length);
            frequencies = Arrays.copyOf(frequencies, 2 * length);
            scales = Arrays.copyOf(scales, 2 * length);
        }
        int scale = scale(total);
        int start = stretch(cumulative, total, scale);
        starts[length] = start;
        frequencies[length] = stretch(cumulative + frequency, total, scale) - start;
        scales[length] = (byte) scale;
        length++;
    }

    /** Binary logarithm of the power of two that stands for {@code total}: exact if it is one itself. */
    static int scale(int total) {
        int log = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(total);
        return total == 1 << log ? log : Math.min(log + EXTRA_BITS, MAX_SCALE);
    }

    /** {@code floor(cumulative x 2^scale / total)}; 2^31 wraps, differences are right all the same. */
    static int stretch(int cumulative, int total, int scale) {
        return 1 << scale == total ? cumulative : (int) (((long) cumulative << scale) / total);
    }

    /** Ends the stream and returns it. */
    public byte[] finish() {
        if (length == 0) {
            return new byte[0];
        }
        int[] words = new int[length];
        int first = length;
        long x = LOWEST;
        for (int i = length - 1; i >= 0; i--) {
            int frequency = frequencies[i];
            if (x >>> 63 - scales[i] >= frequency) {
                words[--first] = (int) x;
                x >>>= 32;
            }
            x = (x / frequency << scales[i]) + x % frequency + starts[i];
        }
        byte[] stream = new byte[8 + 4 * (length - first)];
        RansDecoder.INTS.set(stream, 0, (int) x);
        RansDecoder.INTS.set(stream, 4, (int) (x >>> 32));
        for (int i = first, at = 8; i < length; i++, at += 4) {
            RansDecoder.INTS.set(stream, at, words[i]);
        }
        return stream;
    }
}
