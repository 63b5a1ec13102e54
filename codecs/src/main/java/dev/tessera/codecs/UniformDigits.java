package dev.tessera.codecs;

import java.math.BigInteger;

/**
 * Uniform values beyond an int, in digits of 30 bits: the leading 30 bits first, so that rounding the bound up to
 * whole digits wastes next to nothing. While a value agrees with the largest one, its digits are bounded by that
 * one's.
 */
final class UniformDigits {
    private static final int DIGIT_BITS = 30;
    private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;

    private UniformDigits() {}

    static void encode(EntropyEncoder encoder, long value, long bound) {
        if (value < 0 || value >= bound) {
            throw new IllegalArgumentException("value is " + value + ", must be in [0, " + bound + ")");
        }
        if (bound <= Integer.MAX_VALUE) {
            encoder.encodeUniform((int) value, (int) bound);
            return;
        }
        long largest = bound - 1;
        int shift = Long.SIZE - Long.numberOfLeadingZeros(largest);
        boolean tight = true;
        while (shift > 0) {
            int bits = Math.min(DIGIT_BITS, shift);
            shift -= bits;
            int mask = DIGIT_MASK >>> DIGIT_BITS - bits;
            int limit = tight ? (int) (largest >>> shift) & mask : mask;
            int digit = (int) (value >>> shift) & mask;
            encoder.encodeUniform(digit, limit + 1);
            tight &= digit == limit;
        }
    }

    static long decode(EntropyDecoder decoder, long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound is " + bound + ", must be at least 1");
        }
        if (bound <= Integer.MAX_VALUE) {
            return decoder.decodeUniform((int) bound);
        }
        long largest = bound - 1;
        int shift = Long.SIZE - Long.numberOfLeadingZeros(largest);
        boolean tight = true;
        long value = 0;
        while (shift > 0) {
            int bits = Math.min(DIGIT_BITS, shift);
            shift -= bits;
            int mask = DIGIT_MASK >>> DIGIT_BITS - bits;
            int limit = tight ? (int) (largest >>> shift) & mask : mask;
            int digit = decoder.decodeUniform(limit + 1);
            tight &= digit == limit;
            value = value << bits | digit;
        }
        return value;
    }

    static void encode(EntropyEncoder encoder, BigInteger value, BigInteger bound) {
        if (value.signum() < 0 || value.compareTo(bound) >= 0) {
            throw new IllegalArgumentException("value is " + value + ", must be in [0, " + bound + ")");
        }
        if (bound.bitLength() < Long.SIZE) {
            encode(encoder, value.longValueExact(), bound.longValueExact());
            return;
        }
        BigInteger largest = bound.subtract(BigInteger.ONE);
        int shift = largest.bitLength();
        boolean tight = true;
        while (shift > 0) {
            int bits = Math.min(DIGIT_BITS, shift);
            shift -= bits;
            int mask = DIGIT_MASK >>> DIGIT_BITS - bits;
            int limit = tight ? largest.shiftRight(shift).intValue() & mask : mask;
            int digit = value.shiftRight(shift).intValue() & mask;
            encoder.encodeUniform(digit, limit + 1);
            tight &= digit == limit;
        }
    }

    static BigInteger decode(EntropyDecoder decoder, BigInteger bound) {
        if (bound.signum() < 1) {
            throw new IllegalArgumentException("bound is " + bound + ", must be at least 1");
        }
        if (bound.bitLength() < Long.SIZE) {
            return BigInteger.valueOf(decode(decoder, bound.longValueExact()));
        }
        BigInteger largest = bound.subtract(BigInteger.ONE);
        int shift = largest.bitLength();
        boolean tight = true;
        BigInteger value = BigInteger.ZERO;
        while (shift > 0) {
            int bits = Math.min(DIGIT_BITS, shift);
            shift -= bits;
            int mask = DIGIT_MASK >>> DIGIT_BITS - bits;
            int limit = tight ? largest.shiftRight(shift).intValue() & mask : mask;
            int digit = decoder.decodeUniform(limit + 1);
            tight &= digit == limit;
            value = value.shiftLeft(bits).or(BigInteger.valueOf(digit));
        }
        return value;
    }
}
