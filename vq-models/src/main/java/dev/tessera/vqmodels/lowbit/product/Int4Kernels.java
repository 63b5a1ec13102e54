package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loop of a product of nibbles and bytes; twins have equal bits: all sums but those over steps are of integers. */
interface Int4Kernels extends RowLanes {
    /** Inputs whose products with nibbles add up within 16 bits: 16 x 15 x 127 is below 2^15. */
    int BLOCK = 16;

    /** Inputs of a lane of weights. */
    int QUAD = 4;

    /** Inputs as this twin takes them, {@code [depth]}; the same for all tiles. */
    int[] factors(RoundedInputs inputs);

    /**
     * The products of the tiles {@code [from, to)} with inputs:
     *
     * <pre>y[r] = sum over steps s of scale[r][g] x (step[s] x (n[r][s] - zero[r][g] x sum[s]))</pre>
     *
     * with fused multiply-adds, steps ascending; n is the sum of the products of the codes and the integers that share
     * the step, g the group of weights that s lies in.
     *
     * @param weights {@code [tiles][depth / 4][rows]} lanes of two bytes as {@link #place} says, the code of the first of 4
     *     inputs in the lowest bits
     * @param inputs a multiple of 16
     * @param factors {@link #factors} of the inputs
     * @param stepsOfGroup steps that a group of weights spans
     * @param scales {@code [tiles][groups][rows]}
     * @param zeros as scales
     * @param y {@code [tiles][rows]}
     */
    void multiply(
            byte[] weights,
            RoundedInputs inputs,
            int[] factors,
            int stepsOfGroup,
            float[] scales,
            float[] zeros,
            float[] y,
            int from,
            int to);

    @Override
    default int vectors() {
        return 2;
    }

    static Int4Kernels best() {
        return KernelChoice.vector() ? vector() : scalar();
    }

    /** The specification. */
    static Int4Kernels scalar() {
        return new ScalarInt4Kernels();
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static Int4Kernels vector() {
        return new VectorInt4Kernels();
    }
}
