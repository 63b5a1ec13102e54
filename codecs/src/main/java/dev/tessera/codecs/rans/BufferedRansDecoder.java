package dev.tessera.codecs.rans;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.EntropyDecoder;
import dev.tessera.codecs.EntropyEncoder;
import java.util.Objects;

/**
 * Reads what {@link BufferedRansEncoder} wrote. Zeros are read past the end of the bytes, so damaged input gives wrong
 * symbols while it is decoded; {@link #finish} tells, with the limits that {@link RansDecoder} has too.
 */
public final class BufferedRansDecoder implements EntropyDecoder {
    private final byte[] bytes;
    private final int end;
    private final boolean empty;
    private long position;
    private long state;

    /** Decodes all of {@code bytes}; the array is not copied. */
    public BufferedRansDecoder(byte[] bytes) throws CorruptBitstreamException {
        this(bytes, 0, bytes.length);
    }

    /**
     * Decodes {@code bytes[from .. from + length)}; the array is not copied.
     *
     * @throws CorruptBitstreamException when the bytes hold no state
     */
    public BufferedRansDecoder(byte[] bytes, int from, int length) throws CorruptBitstreamException {
        Objects.checkFromIndexSize(from, length, bytes.length);
        this.bytes = bytes;
        this.position = from;
        this.end = from + length;
        this.empty = length == 0;
        if (empty) {
            state = BufferedRansEncoder.LOWEST;
            return;
        }
        if (length < 8 || length % 4 != 0) {
            throw new CorruptBitstreamException(
                    from, "rANS stream has " + length + " bytes, must be a multiple of 4 and at least 8");
        }
        state = word() | word() << 32;
        if (state < BufferedRansEncoder.LOWEST) {
            throw new CorruptBitstreamException(from, "rANS state is " + state + ", must be in [2^31, 2^63)");
        }
    }

    @Override
    public int decodeCumulative(int total) {
        if (total < 1 || total > 1 << EntropyEncoder.MAX_TOTAL_BITS) {
            throw new IllegalArgumentException(
                    "total is " + total + ", must be in [1, 2^" + EntropyEncoder.MAX_TOTAL_BITS + "]");
        }
        return cumulative(total);
    }

    @Override
    public void advance(int cumulative, int frequency, int total) {
        if (frequency == total) {
            return;
        }
        int scale = BufferedRansEncoder.scale(total);
        int start = BufferedRansEncoder.stretch(cumulative, total, scale);
        step(start, BufferedRansEncoder.stretch(cumulative + frequency, total, scale) - start, scale);
    }

    @Override
    public int decodeBit(int probabilityOfOne) {
        if (((int) state & 0xFFFF) < probabilityOfOne) {
            step(0, probabilityOfOne, 16);
            return 1;
        }
        step(probabilityOfOne, (1 << 16) - probabilityOfOne, 16);
        return 0;
    }

    @Override
    public int decodeUniform(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound is " + bound + ", must be at least 1");
        }
        int value = cumulative(bound);
        advance(value, 1, bound);
        return value;
    }

    /**
     * Demands that the stream is used up and ended as it was begun.
     *
     * @throws CorruptBitstreamException when it did not
     */
    public void finish() throws CorruptBitstreamException {
        if (position != end) {
            throw new CorruptBitstreamException(
                    Math.min(position, end), "rANS stream ends at " + end + ", its symbols at " + position);
        }
        if (state != BufferedRansEncoder.LOWEST) {
            throw new CorruptBitstreamException(end, "rANS state ends as " + state + ", must be 2^31");
        }
    }

    /** The largest c with {@code floor(c x 2^scale / total) <= slot}. */
    private int cumulative(int total) {
        int scale = BufferedRansEncoder.scale(total);
        long slot = state & (1L << scale) - 1;
        return (int) ((slot + 1) * total - 1 >>> scale);
    }

    private void step(int start, int frequency, int scale) {
        long slot = state & (1L << scale) - 1;
        state = frequency * (state >>> scale) + slot - start;
        if (state < BufferedRansEncoder.LOWEST) {
            state = state << 32 | word();
        }
    }

    private long word() {
        long word = position + 4 <= end ? (int) RansDecoder.INTS.get(bytes, (int) position) & 0xFFFF_FFFFL : 0;
        position += 4;
        return word;
    }
}
