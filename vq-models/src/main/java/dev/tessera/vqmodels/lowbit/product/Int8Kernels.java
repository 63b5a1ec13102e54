package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loop of a product of bytes; twins have equal bits, since all sums but those over groups of inputs are of integers. */
interface Int8Kernels {
    /** Vectors of a tile: the sums of so many, twice, fit in 16 registers. */
    int VECTORS = 4;

    /** Rows of a vector: lanes of 16 bits. */
    int lanes();

    /** Rows of a tile. */
    default int rows() {
        return VECTORS * lanes();
    }

    /**
     * Where among the bytes of an input a row of a tile stands: the first half of a vector's rows in its even bytes, the
     * others in the odd ones, so that both halves of lanes of 32 bits are consecutive rows.
     */
    default int place(int row) {
        int inVector = row % lanes();
        return row - inVector + (inVector < lanes() / 2 ? 2 * inVector : 2 * inVector - lanes() + 1);
    }

    /**
     * The products of the tiles {@code [from, to)} with inputs:
     *
     * <pre>y[r] = scale[r] x (sum over groups g of step[g] x (sum over inputs i of g of weight[r][i] x input[i]))</pre>
     *
     * with fused multiply-adds over the groups, ascending.
     *
     * @param weights {@code [tiles][depth][rows]} in the order of {@link #place}, -127 to 127
     * @param inputs an even number
     * @param scales {@code [tiles][rows]}
     * @param y {@code [tiles][rows]}
     */
    void multiply(byte[] weights, RoundedInputs inputs, float[] scales, float[] y, int from, int to);

    static Int8Kernels best() {
        return KernelChoice.vector() ? vector() : scalar();
    }

    /** The specification. */
    static Int8Kernels scalar() {
        return new ScalarInt8Kernels();
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static Int8Kernels vector() {
        return new VectorInt8Kernels();
    }
}
