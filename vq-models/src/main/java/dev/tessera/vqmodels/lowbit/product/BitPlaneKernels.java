package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loop of a product of bit planes; twins have equal bits: all sums but those over segments are of integers. */
interface BitPlaneKernels {
    /** Rows of a tile. */
    int rows();

    /**
     * The products of the tiles {@code [from, to)} with inputs:
     *
     * <pre>y[r] = sum over segments s of scale[r][g] x (step[s] x (n[r][s] + base[s] - zero[r][g] x sum[s]))</pre>
     *
     * with fused multiply-adds, segments ascending; n is the sum over the words of s, planes p of weights and q of inputs of 2^(p + q) times
     * the number of bits in (word of p and mask of q) xor flip of q; g the group of weights that s lies in.
     *
     * @param weights {@code [tiles][words][planes][rows]}
     * @param groups of a row
     * @param scales {@code [tiles][groups][rows]}
     * @param zeros as scales
     * @param y {@code [tiles][rows]}
     */
    void multiply(
            int[] weights,
            int planes,
            PlaneSegments inputs,
            int groups,
            float[] scales,
            float[] zeros,
            float[] y,
            int from,
            int to);

    static BitPlaneKernels best() {
        return KernelChoice.vector() ? vector() : scalar();
    }

    /** The specification. */
    static BitPlaneKernels scalar() {
        return new ScalarBitPlaneKernels();
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static BitPlaneKernels vector() {
        return new VectorBitPlaneKernels();
    }
}
