package dev.tessera.codecs;

import java.math.BigInteger;

/**
 * What models write to: intervals, binary decisions and uniform values, all integers. A model never sees the state of
 * a coder and a coder never sees a probability that is not an integer, so that any model runs on any coder:
 * {@link RangeEncoder} first in, first out; {@link dev.tessera.codecs.rans.BufferedRansEncoder} with the calls
 * buffered.
 */
public interface EntropyEncoder {
    /** Largest number of bits of a total. */
    int MAX_TOTAL_BITS = 24;

    /**
     * Encodes a symbol that owns {@code [cumulative, cumulative + frequency)} of {@code [0, total)}.
     *
     * @param frequency at least 1
     * @param total at least {@code cumulative + frequency}, at most 2^{@value #MAX_TOTAL_BITS}
     */
    void encode(int cumulative, int frequency, int total);

    /**
     * Encodes one binary decision.
     *
     * @param bit 0 or 1
     * @param probabilityOfOne in 1/65536, in [1, 65535]; not checked
     */
    void encodeBit(int bit, int probabilityOfOne);

    /** Encodes {@code value}, uniform in {@code [0, bound)}; any bound from 1 to 2^31 - 1. */
    void encodeUniform(int value, int bound);

    /**
     * Encodes {@code value}, uniform in {@code [0, bound)}; any bound from 1 to 2^63 - 1. Beyond 2^31 the leading 30
     * bits go first, then 30 at a time, each below what the bound leaves: at most 2^-28 bits more than log2(bound).
     */
    default void encodeUniform(long value, long bound) {
        UniformDigits.encode(this, value, bound);
    }

    /**
     * Encodes {@code value}, uniform in {@code [0, bound)}, of any size; the same bits as for a long or an int bound.
     */
    default void encodeUniform(BigInteger value, BigInteger bound) {
        UniformDigits.encode(this, value, bound);
    }
}
