package dev.tessera.codecs.tensor;

/**
 * Adaptive model of signed integers of any size in a context of the caller's: the number of bits of the magnitude as a
 * chain of decisions, the two bits below the highest one, the sign, and the remaining bits as they are. What a chain learns costs no
 * table for large alphabets, so small and huge values go through the same model.
 */
final class ResidualModel {
    /** Stands for "no integer": the caller codes what there is by other means. */
    static final long ESCAPE = Long.MIN_VALUE;

    private static final int MODELLED_MANTISSA = 3; // nodes of two bits

    private final int largestLength;
    private final int decisions;
    private final AdaptiveBits lengths;
    private final AdaptiveBits mantissas;
    private final AdaptiveBits signs;
    private final int secondaries;

    /**
     * @param primaries first context: most of the magnitude
     * @param secondaries second context
     * @param signContexts contexts of the sign
     * @param largestLength bits of the largest magnitude
     * @param escapes whether {@link #ESCAPE} can be coded
     */
    ResidualModel(int primaries, int secondaries, int signContexts, int largestLength, boolean escapes) {
        this.largestLength = largestLength;
        this.decisions = largestLength + (escapes ? 1 : 0);
        this.secondaries = secondaries;
        this.lengths = new AdaptiveBits(primaries * secondaries * decisions);
        this.mantissas = new AdaptiveBits(primaries * (largestLength + 1) * MODELLED_MANTISSA);
        this.signs = new AdaptiveBits(signContexts);
    }

    long code(BitCoder coder, long value, int primary, int secondary, int signContext) {
        int base = (primary * secondaries + secondary) * decisions;
        long magnitude = Math.abs(value);
        int wanted = length(value);
        int length = 0;
        while (length < decisions && lengths.code(coder, base + length, wanted > length ? 1 : 0) != 0) {
            length++;
        }
        if (length > largestLength) {
            return ESCAPE;
        }
        if (length == 0) {
            return 0;
        }
        long coded = 1;
        int node = mantissa(primary, length);
        int rest = length - 1;
        for (int i = 0; i < 2 && rest > 0; i++) {
            int bit = mantissas.code(
                    coder, node + (i == 0 ? 0 : 1 + (int) (coded & 1)), (int) (magnitude >>> --rest) & 1);
            coded = coded << 1 | bit;
        }
        while (rest > 0) {
            int n = Math.min(16, rest);
            rest -= n;
            coded = coded << n | coder.uniform((int) (magnitude >>> rest) & (1 << n) - 1, 1 << n);
        }
        return signs.code(coder, signContext, value < 0 ? 1 : 0) != 0 ? -coded : coded;
    }

    /** What {@link #code} would cost now, in 1/{@value AdaptiveBits#BIT} bits. */
    long cost(long value, int primary, int secondary, int signContext) {
        int base = (primary * secondaries + secondary) * decisions;
        int length = length(value);
        long cost = 0;
        for (int i = 0; i < length; i++) {
            cost += lengths.cost(base + i, 1);
        }
        if (length < decisions) {
            cost += lengths.cost(base + length, 0);
        }
        if (length == 0 || length > largestLength) {
            return cost;
        }
        long magnitude = Math.abs(value);
        int node = mantissa(primary, length);
        int rest = length - 1;
        for (int i = 0; i < 2 && rest > 0; i++) {
            int above = i == 0 ? 0 : 1 + (int) (magnitude >>> rest & 1);
            cost += mantissas.cost(node + above, (int) (magnitude >>> --rest) & 1);
        }
        return cost + (long) rest * AdaptiveBits.BIT + signs.cost(signContext, value < 0 ? 1 : 0);
    }

    private int length(long value) {
        return value == ESCAPE ? largestLength + 1 : Long.SIZE - Long.numberOfLeadingZeros(Math.abs(value));
    }

    private int mantissa(int primary, int length) {
        return (primary * (largestLength + 1) + length) * MODELLED_MANTISSA;
    }
}
