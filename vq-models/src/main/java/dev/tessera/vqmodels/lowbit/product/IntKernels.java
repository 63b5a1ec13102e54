package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loop of a product of codes of 2 or 4 bits and bytes; twins have equal bits: all sums but those over steps are of integers. */
interface IntKernels extends RowLanes {
    /** Inputs whose products with codes of 4 bits add up within 16 bits: 16 x 15 x 127 is below 2^15. */
    int BLOCK = 16;

    /** Of a code: 2 or 4. */
    int bits();

    /** Inputs of a lane of weights. */
    default int laneInputs() {
        return Short.SIZE / bits();
    }

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
     * @param weights {@code [tiles][depth / laneInputs][rows]} lanes of two bytes as {@link #place} says, the code of the
     *     first input in the lowest bits
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

    static IntKernels best(int bits) {
        return KernelChoice.vector() ? vector(bits) : scalar(bits);
    }

    /** The specification. */
    static IntKernels scalar(int bits) {
        return new ScalarIntKernels(bits);
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static IntKernels vector(int bits) {
        return bits == 2 ? new VectorInt2Kernels() : new VectorInt4Kernels();
    }
}
