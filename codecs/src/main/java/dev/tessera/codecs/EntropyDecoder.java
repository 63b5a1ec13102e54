package dev.tessera.codecs;

import java.math.BigInteger;

/** Reads what an {@link EntropyEncoder} wrote, call by call in the same order and with the same totals and bounds. */
public interface EntropyDecoder {
    /**
     * The cumulative value of the next symbol, in {@code [0, total)}; find the symbol whose interval holds it and call
     * {@link #advance} with that interval and the same total.
     */
    int decodeCumulative(int total);

    /** Steps over the symbol that {@link #decodeCumulative} pointed at just before. */
    void advance(int cumulative, int frequency, int total);

    /** One binary decision; see {@link EntropyEncoder#encodeBit}. */
    int decodeBit(int probabilityOfOne);

    /** A value uniform in {@code [0, bound)}; see {@link EntropyEncoder#encodeUniform(int, int)}. */
    int decodeUniform(int bound);

    /** A value uniform in {@code [0, bound)}; see {@link EntropyEncoder#encodeUniform(long, long)}. */
    default long decodeUniform(long bound) {
        return UniformDigits.decode(this, bound);
    }

    /** A value uniform in {@code [0, bound)}; see {@link EntropyEncoder#encodeUniform(BigInteger, BigInteger)}. */
    default BigInteger decodeUniform(BigInteger bound) {
        return UniformDigits.decode(this, bound);
    }
}
