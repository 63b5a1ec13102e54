package dev.tessera.vqmodels.integer;

import java.util.List;

/**
 * The sum of two vectors of different units, brought to a third one with one rounding: {@code (first x a + second x b) / 2^shift} (the
 * residual addition of Yao et al. 2021, HAWQ-V3).
 */
public final class ResidualAddition extends IntegerLayer {
    private final int firstMultiplier;
    private final int secondMultiplier;
    private final int shift;

    /**
     * @param firstMultiplier unit of the first over unit of the outputs, times 2^shift; at least 1
     * @param secondMultiplier the same for the second
     * @param shift 0 to {@value Dyadic#MAX_SHIFT}
     */
    public ResidualAddition(
            IntegerFormat first,
            IntegerFormat second,
            int firstMultiplier,
            int secondMultiplier,
            int shift,
            IntegerFormat out) {
        super(List.of(first, second), out);
        requireSize(first, out);
        requireSize(second, out);
        this.firstMultiplier = requireIn(1, Integer.MAX_VALUE, firstMultiplier, "firstMultiplier");
        this.secondMultiplier = requireIn(1, Integer.MAX_VALUE, secondMultiplier, "secondMultiplier");
        this.shift = requireIn(0, Dyadic.MAX_SHIFT, shift, "shift");
    }

    public int firstMultiplier() {
        return firstMultiplier;
    }

    public int secondMultiplier() {
        return secondMultiplier;
    }

    public int shift() {
        return shift;
    }

    @Override
    void apply(int[][] in, int[] out, Scratch scratch) {
        for (int i = 0; i < output().size(); i++) {
            long sum = (long) in[0][i] * firstMultiplier + (long) in[1][i] * secondMultiplier; // below 2^47
            out[i] = output().clamp(Dyadic.rounded(sum, shift));
        }
    }
}
