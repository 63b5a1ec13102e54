package dev.tessera.vqmodels.integer;

import java.util.List;

/**
 * Layer norm (Ba et al. 2016) in integers: sums are exact, the square root is Newton's on longs (Kim et al. 2021, I-BERT; Li and Gu 2023,
 * I-ViT), so that the one rounding before the weights is to 1/2^{@value #NORM_BITS} of a standard deviation. Equal inputs give the bias.
 */
public final class IntegerLayerNorm extends IntegerLayer {
    static final int NORM_BITS = 14;

    /** Inputs of which a sum of squares times their number still fits. */
    static final int MAX_SIZE = 1 << 12;

    /** Bound of biases; with it and a norm below 2^20 no sum leaves a long. */
    static final long MAX_BIAS = 1L << 61;

    private static final int ROOT_BITS = 62; // of what the root is taken of, an even number

    private final int[] multipliers;
    private final long[] bias;
    private final int shift;

    /**
     * @param in at most {@value #MAX_SIZE} values
     * @param multipliers weight over unit of the outputs, times 2^(shift - {@value #NORM_BITS}), one a value; any sign
     * @param bias over unit of the outputs, times 2^shift, one a value; magnitudes up to 2^61
     * @param shift 0 to {@value Dyadic#MAX_SHIFT}
     */
    public IntegerLayerNorm(IntegerFormat in, int[] multipliers, long[] bias, int shift, IntegerFormat out) {
        super(List.of(in), out);
        requireSize(in, out);
        requireIn(1, MAX_SIZE, in.size(), "size");
        requireLength(in.size(), multipliers.length, "multipliers");
        requireLength(in.size(), bias.length, "bias");
        this.multipliers = multipliers.clone();
        this.bias = bias.clone();
        this.shift = requireIn(0, Dyadic.MAX_SHIFT, shift, "shift");
        for (long value : bias) {
            if (value < -MAX_BIAS || value > MAX_BIAS) {
                throw new IllegalArgumentException("bias is " + value + ", must be within +-2^61");
            }
        }
    }

    /** A copy. */
    public int[] multipliers() {
        return multipliers.clone();
    }

    /** A copy. */
    public long[] bias() {
        return bias.clone();
    }

    public int shift() {
        return shift;
    }

    @Override
    void apply(int[][] in, int[] out, Scratch scratch) {
        int size = output().size();
        long sum = 0;
        long squares = 0;
        for (int i = 0; i < size; i++) {
            sum += in[0][i];
            squares += (long) in[0][i] * in[0][i];
        }
        long variance = squares * size - sum * sum; // times size^2; at most 2^54
        int widening = variance == 0 ? 0 : (Long.numberOfLeadingZeros(variance) - (Long.SIZE - ROOT_BITS)) / 2;
        long root = squareRoot(variance << 2 * widening); // 2^30 to 2^31, of a standard deviation times size 2^widening
        for (int i = 0; i < size; i++) {
            long distance = (long) in[0][i] * size - sum << widening + NORM_BITS; // below 2^(6 + 31 + 14)
            long norm = root == 0 ? 0 : Math.floorDiv(distance + (root >> 1), root);
            out[i] = output().clamp(Dyadic.rounded(norm * multipliers[i] + bias[i], shift));
        }
    }

    /** The whole part of the square root of {@code value}, at least 0, by Newton's method from above. */
    static long squareRoot(long value) {
        if (value == 0) {
            return 0;
        }
        long root = 1L << (Long.SIZE + 1 - Long.numberOfLeadingZeros(value)) / 2;
        while (true) {
            long next = root + value / root >> 1;
            if (next >= root) {
                return root;
            }
            root = next;
        }
    }
}
