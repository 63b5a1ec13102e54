package dev.tessera.vqmodels.integer;

import java.util.List;

/**
 * GELU as x sigmoid(1.702 x) with 1.702 = 1 + 1/2 + 1/8 + 1/16 and an exponential by shifts ({@code ShiftGELU} of Li and Gu 2023, I-ViT):
 * in error by at most 0.026 beside the roundings to both units.
 */
public final class ShiftGelu extends IntegerLayer {
    private static final int SIGMOID_BITS = 16;

    /** Largest shift of the factor. */
    public static final int MAX_SHIFT = Dyadic.MAX_SHIFT - SIGMOID_BITS;

    private final Dyadic factor;

    /** @param factor unit of the inputs over unit of the outputs, its shift at most {@value #MAX_SHIFT} */
    public ShiftGelu(IntegerFormat in, Dyadic factor, IntegerFormat out) {
        super(List.of(in), out);
        requireSize(in, out);
        requireIn(0, MAX_SHIFT, factor.shift(), "shift of the factor");
        this.factor = factor;
    }

    /** Unit of the inputs over unit of the outputs. */
    public Dyadic factor() {
        return factor;
    }

    @Override
    void apply(int[][] in, int[] out, Scratch scratch) {
        Dyadic unit = inputs().getFirst().unit();
        for (int i = 0; i < output().size(); i++) {
            int x = in[0][i];
            int z = ShiftExponential.argument(Math.abs(x), unit);
            int power = ShiftExponential.of(z + (z >> 1) + (z >> 3) + (z >> 4));
            long below = ((long) power << SIGMOID_BITS) / ((1L << ShiftExponential.RESULT_BITS) + power);
            long sigmoid = x < 0 ? below : (1 << SIGMOID_BITS) - below;
            long product = x * sigmoid * factor.multiplier(); // below 2^62
            out[i] = output().clamp(Dyadic.rounded(product, factor.shift() + SIGMOID_BITS));
        }
    }
}
