package dev.tessera.codebook.implicit;

import java.util.Arrays;

/**
 * What RaBitQ keeps of one vector x to estimate inner products.
 *
 * @param signs bit d % 64 of word d / 64 is 1 when dimension d of R (x - c) is above 0
 * @param norm |x - c|
 * @param alignment cosine of x - c and its quantized direction, in {@code [1/sqrt(D), 1]}; 0 when x = c
 */
public record RaBitCode(long[] signs, float norm, float alignment) {
    public RaBitCode {
        signs = signs.clone();
    }

    @Override
    public long[] signs() {
        return signs.clone();
    }

    boolean isSet(int d) {
        return (signs[d >>> 6] >>> (d & 63) & 1) != 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RaBitCode that
                && Arrays.equals(signs, that.signs)
                && norm == that.norm
                && alignment == that.alignment;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(signs) + Float.hashCode(norm);
    }
}
