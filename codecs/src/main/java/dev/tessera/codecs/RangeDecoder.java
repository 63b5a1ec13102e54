package dev.tessera.codecs;

/**
 * Reads what {@link RangeEncoder} wrote. Zeros are read past the end of the bytes, so damaged input gives wrong symbols,
 * never an exception; the container's checksum tells.
 */
public final class RangeDecoder implements EntropyDecoder {
    private final byte[] bytes;
    private final int end;
    private int position;
    private long low;
    private long range = -1;
    private long code;
    private long unit; // range / total of the last decodeCumulative

    /** Decodes all of {@code bytes}; the array is not copied. */
    public RangeDecoder(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /** Decodes {@code bytes[from .. from + length)}; the array is not copied. */
    public RangeDecoder(byte[] bytes, int from, int length) {
        java.util.Objects.checkFromIndexSize(from, length, bytes.length);
        this.bytes = bytes;
        this.position = from;
        this.end = from + length;
        for (int i = 0; i < 8; i++) {
            code = code << 8 | next();
        }
    }

    @Override
    public int decodeCumulative(int total) {
        if (total < 1 || total > 1 << EntropyEncoder.MAX_TOTAL_BITS) {
            throw new IllegalArgumentException(
                    "total is " + total + ", must be in [1, 2^" + EntropyEncoder.MAX_TOTAL_BITS + "]");
        }
        unit = Long.divideUnsigned(range, total);
        long cumulative = Long.divideUnsigned(code - low, unit);
        return (int) (Long.compareUnsigned(cumulative, total - 1) > 0 ? total - 1 : cumulative);
    }

    @Override
    public void advance(int cumulative, int frequency, int total) {
        low += cumulative * unit;
        range = unit * frequency;
        normalize();
    }

    @Override
    public int decodeBit(int probabilityOfOne) {
        long bound = (range >>> 16) * probabilityOfOne;
        int bit;
        if (Long.compareUnsigned(code - low, bound) < 0) {
            range = bound;
            bit = 1;
        } else {
            low += bound;
            range -= bound;
            bit = 0;
        }
        normalize();
        return bit;
    }

    @Override
    public int decodeUniform(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound is " + bound + ", must be at least 1");
        }
        if (bound == 1) {
            return 0;
        }
        range = Long.divideUnsigned(range, bound);
        long quotient = Long.divideUnsigned(code - low, range);
        int value = (int) (Long.compareUnsigned(quotient, bound - 1) > 0 ? bound - 1 : quotient);
        low += value * range;
        normalize();
        return value;
    }

    /** Bytes not looked at yet; more than 0 after the last symbol means that the stream is longer than its content. */
    public int unreadBytes() {
        return Math.max(0, end - position);
    }

    private void normalize() {
        while (true) {
            if ((low ^ low + range) >>> 56 != 0) {
                if (range >>> 48 != 0) {
                    return;
                }
                range = -low & (1L << 48) - 1;
            }
            code = code << 8 | next();
            low <<= 8;
            range <<= 8;
        }
    }

    private int next() {
        int b = position < end ? bytes[position] & 0xFF : 0;
        position++;
        return b;
    }
}
