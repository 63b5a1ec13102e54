package dev.tessera.codecs;

import java.util.Arrays;

/**
 * Bits into bytes, the most significant first, with the universal codes for side data that is too short for a model:
 * Golomb-Rice (Golomb 1966, Rice 1979), Elias gamma and delta (Elias 1975). The last byte is filled up with zeros.
 */
public final class BitWriter {
    /** Quotients of a Golomb-Rice code from here on are Elias delta coded, so that no value becomes absurdly long. */
    static final int MAX_UNARY = 32;

    private byte[] bytes = new byte[32];
    private long length; // bits

    /** Appends the low {@code count} bits of {@code value}, 0 to 64 bits; the bits above them must be 0. */
    public void bits(long value, int count) {
        if (count < 0 || count > Long.SIZE || (count < Long.SIZE && value >>> count != 0)) {
            throw new IllegalArgumentException(
                    "value is " + value + ", count is " + count + ", must be a value of at most 64 bits that fits");
        }
        long end = length + count;
        if (end > 8L * bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.toIntExact(Math.max(2L * bytes.length, (end + 7) / 8)));
        }
        for (int left = count; left > 0; ) {
            int free = 8 - (int) (length & 7);
            int n = Math.min(free, left);
            left -= n;
            int piece = (int) (value >>> left) & (1 << n) - 1;
            bytes[(int) (length >>> 3)] |= (byte) (piece << free - n);
            length += n;
        }
    }

    /** {@code value} ones and a zero; {@code value} from 0 to 2^20. */
    public void unary(int value) {
        if (value < 0 || value > 1 << 20) {
            throw new IllegalArgumentException("value is " + value + ", must be in [0, 2^20]");
        }
        for (int left = value; left > 0; left -= 32) {
            int n = Math.min(left, 32);
            bits((1L << n) - 1, n);
        }
        bits(0, 1);
    }

    /** Elias gamma: the number of bits after the first in unary, then those bits; {@code value} at least 1. */
    public void eliasGamma(long value) {
        int bits = bitsAfterFirst(value);
        unary(bits);
        bits(value ^ 1L << bits, bits);
    }

    /** Elias delta: the number of bits in Elias gamma, then the bits after the first; {@code value} at least 1. */
    public void eliasDelta(long value) {
        int bits = bitsAfterFirst(value);
        eliasGamma(bits + 1);
        bits(value ^ 1L << bits, bits);
    }

    /**
     * Golomb-Rice: {@code value >> parameter} in unary, then the low {@code parameter} bits. A quotient of 32 or more
     * is 32 ones and the rest in Elias delta.
     *
     * @param value at least 0
     * @param parameter 0 to 62
     */
    public void golombRice(long value, int parameter) {
        if (value < 0) {
            throw new IllegalArgumentException("value is " + value + ", must be at least 0");
        }
        checkParameter(parameter);
        long quotient = value >>> parameter;
        if (quotient < MAX_UNARY) {
            unary((int) quotient);
        } else {
            bits((1L << MAX_UNARY) - 1, MAX_UNARY);
            eliasDelta(quotient - MAX_UNARY + 1);
        }
        bits(value & (1L << parameter) - 1, parameter);
    }

    /** A good parameter for {@code count} values of this {@code sum}: the least k with count x 2^k >= sum. */
    public static int riceParameter(long sum, long count) {
        if (sum < 0 || count < 1) {
            throw new IllegalArgumentException("sum is " + sum + ", count is " + count + ", must be >= 0 and >= 1");
        }
        int k = 0;
        while (k < 62 && count < Math.ceilDiv(sum, 1L << k)) {
            k++;
        }
        return k;
    }

    /** Bits written. */
    public long length() {
        return length;
    }

    /** What is written so far, in whole bytes. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, (int) ((length + 7) / 8));
    }

    static void checkParameter(int parameter) {
        if (parameter < 0 || parameter > 62) {
            throw new IllegalArgumentException("parameter is " + parameter + ", must be in [0, 62]");
        }
    }

    private static int bitsAfterFirst(long value) {
        if (value < 1) {
            throw new IllegalArgumentException("value is " + value + ", must be at least 1");
        }
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
    }
}
