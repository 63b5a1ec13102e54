package dev.tessera.codecs;

import java.util.Objects;

/**
 * Reads what {@link BitWriter} wrote; whatever the bytes are, only {@link CorruptBitstreamException} comes of them.
 */
public final class BitReader {
    private final byte[] bytes;
    private final long end; // bits
    private long position;

    /** Reads all of {@code bytes}; the array is not copied. */
    public BitReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** Reads {@code bytes[from .. from + length)}; the array is not copied. */
    public BitReader(byte[] bytes, int from, int length) {
        Objects.checkFromIndexSize(from, length, bytes.length);
        this.bytes = bytes;
        this.position = 8L * from;
        this.end = 8L * (from + (long) length);
    }

    /**
     * The next {@code count} bits, 0 to 64.
     *
     * @throws CorruptBitstreamException when fewer are left
     */
    public long bits(int count) throws CorruptBitstreamException {
        if (count < 0 || count > Long.SIZE) {
            throw new IllegalArgumentException("count is " + count + ", must be in [0, 64]");
        }
        if (count > end - position) {
            throw corrupt(count + " bits wanted, " + (end - position) + " are left");
        }
        long value = 0;
        for (int left = count; left > 0; ) {
            int free = 8 - (int) (position & 7);
            int n = Math.min(free, left);
            left -= n;
            int piece = bytes[(int) (position >>> 3)] >>> free - n & (1 << n) - 1;
            value = value << n | piece;
            position += n;
        }
        return value;
    }

    /** See {@link BitWriter#unary}; at most {@code limit} ones. */
    public int unary(int limit) throws CorruptBitstreamException {
        int ones = 0;
        while (bits(1) != 0) {
            ones++;
            if (ones > limit) {
                throw corrupt("unary value is above " + limit);
            }
        }
        return ones;
    }

    /** See {@link BitWriter#eliasGamma}. */
    public long eliasGamma() throws CorruptBitstreamException {
        int bits = unary(Long.SIZE - 2);
        return 1L << bits | bits(bits);
    }

    /** See {@link BitWriter#eliasDelta}. */
    public long eliasDelta() throws CorruptBitstreamException {
        long length = eliasGamma();
        if (length > Long.SIZE - 1) {
            throw corrupt("value has " + length + " bits, must have at most " + (Long.SIZE - 1));
        }
        int bits = (int) length - 1;
        return 1L << bits | bits(bits);
    }

    /** See {@link BitWriter#golombRice}. */
    public long golombRice(int parameter) throws CorruptBitstreamException {
        BitWriter.checkParameter(parameter);
        long quotient = 0;
        while (quotient < BitWriter.MAX_UNARY && bits(1) != 0) {
            quotient++;
        }
        if (quotient == BitWriter.MAX_UNARY) {
            long rest = eliasDelta() - 1;
            if (rest > (Long.MAX_VALUE >>> parameter) - quotient) {
                throw corrupt("quotient " + rest + " + " + quotient + " is too large for parameter " + parameter);
            }
            quotient += rest;
        }
        if (quotient > Long.MAX_VALUE >>> parameter) {
            throw corrupt("quotient " + quotient + " is too large for parameter " + parameter);
        }
        return quotient << parameter | bits(parameter);
    }

    /** Bits not read yet. */
    public long unreadBits() {
        return end - position;
    }

    /** Demands that only the zeros that fill up the last byte are left. */
    public void finish() throws CorruptBitstreamException {
        long left = end - position;
        if (left >= 8 || bits((int) left) != 0) {
            throw corrupt(left + " bits are left, must be fewer than 8 and zero");
        }
    }

    private CorruptBitstreamException corrupt(String what) {
        return new CorruptBitstreamException(position >>> 3, what);
    }
}
