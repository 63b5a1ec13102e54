package dev.tessera.codecs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Carry-less range encoder with a 64-bit state (after Martin 1979; the carry-less renormalisation narrows the range at
 * a carry instead of propagating it, which costs less than 2^-30 bits a symbol here).
 *
 * <p>Intervals are integers only, so the bytes are the same on every machine. A {@link RangeDecoder} that is given the
 * same intervals in the same order reads the symbols back. The stream has no length and no end mark of its own: the
 * container knows both. Trailing zero bytes are dropped, the decoder reads zeros past the end.
 */
public final class RangeEncoder implements EntropyEncoder {
    private byte[] bytes = new byte[256];
    private int length;
    private long low;
    private long range = -1; // 2^64 - 1, unsigned
    private final List<Cut> cuts = new ArrayList<>();

    /** The state at a place where the stream is to be cut. */
    private record Cut(int length, long low, long range) {}

    @Override
    public void encode(int cumulative, int frequency, int total) {
        if (cumulative < 0 || frequency < 1 || cumulative > total - frequency || total > 1 << MAX_TOTAL_BITS) {
            throw new IllegalArgumentException("interval [" + cumulative + ", " + cumulative + " + " + frequency
                    + ") of total " + total + " must be inside [0, total), not empty, total at most 2^"
                    + MAX_TOTAL_BITS);
        }
        range = Long.divideUnsigned(range, total);
        low += cumulative * range;
        range *= frequency;
        normalize();
    }

    @Override
    public void encodeBit(int bit, int probabilityOfOne) {
        long bound = (range >>> 16) * probabilityOfOne;
        if (bit != 0) {
            range = bound;
        } else {
            low += bound;
            range -= bound;
        }
        normalize();
    }

    @Override
    public void encodeUniform(int value, int bound) {
        if (value < 0 || value >= bound) {
            throw new IllegalArgumentException("value is " + value + ", must be in [0, " + bound + ")");
        }
        if (bound > 1) {
            range = Long.divideUnsigned(range, bound);
            low += value * range;
            normalize();
        }
    }

    /** Ends the stream with the fewest bytes that still name the interval, and returns it. */
    public byte[] finish() {
        return finish(0);
    }

    /**
     * Ends the stream like {@link #finish}, but drops no zero byte that would make it shorter than {@code least}: for
     * formats in which a byte may stand for so many symbols only.
     */
    public byte[] finish(int least) {
        if (low != 0) { // a zero low needs no byte at all: the decoder reads zeros
            for (int n = 1; n <= 8; n++) {
                long mask = n == 8 ? 0 : -1L >>> 8 * n;
                long value = (low + mask) & ~mask;
                boolean wrapped = Long.compareUnsigned(value, low) < 0;
                if (!wrapped && Long.compareUnsigned(value - low, range) < 0) {
                    for (int i = 0; i < n; i++) {
                        put((int) (value >>> 56 - 8 * i));
                    }
                    break;
                }
            }
        }
        while (length > least && bytes[length - 1] == 0) {
            length--;
        }
        return Arrays.copyOf(bytes, length);
    }

    /** Asks {@link #finishPieces} to cut the stream behind what has been encoded so far. */
    public void cut() {
        cuts.add(new Cut(length, low, range));
    }

    /**
     * Ends the stream like {@link #finish} and returns it in pieces, one for each {@link #cut} and one for what was
     * encoded behind the last cut. Together they are the bytes of {@code finish}: cutting costs nothing. A decoder that
     * is given the first n pieces, joined, reads back all that was encoded before cut n.
     *
     * <p>Why: intervals are nested, so whatever value lies in the interval of a cut decodes to the symbols before it,
     * and a piece ends with the first byte behind which zeros keep the value in there.
     */
    public List<byte[]> finishPieces() {
        byte[] all = finish();
        List<byte[]> pieces = new ArrayList<>();
        int from = 0;
        for (Cut cut : cuts) {
            int to = Math.min(all.length, endOf(cut, all));
            pieces.add(Arrays.copyOfRange(all, from, to));
            from = to;
        }
        pieces.add(Arrays.copyOfRange(all, from, all.length));
        return pieces;
    }

    private static int endOf(Cut cut, byte[] all) {
        long value = 0;
        for (int n = 0; n < 8; n++) {
            if (Long.compareUnsigned(value, cut.low) >= 0 && Long.compareUnsigned(value - cut.low, cut.range) < 0) {
                return cut.length + n;
            }
            int at = cut.length + n;
            value |= (at < all.length ? all[at] & 0xFFL : 0) << 56 - 8 * n;
        }
        return cut.length + 8;
    }

    private void normalize() {
        while (true) {
            if ((low ^ low + range) >>> 56 != 0) {
                if (range >>> 48 != 0) {
                    return;
                }
                range = -low & (1L << 48) - 1;
            }
            put((int) (low >>> 56));
            low <<= 8;
            range <<= 8;
        }
    }

    private void put(int b) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, length * 2);
        }
        bytes[length++] = (byte) b;
    }
}
