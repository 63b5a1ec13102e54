package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loop of a product of bytes; twins have equal bits, since all sums but those over groups of inputs are of integers. */
interface Int8Kernels extends RowLanes {
    /**
     * The products of the tiles {@code [from, to)} with inputs:
     *
     * <pre>y[r] = scale[r] x (sum over groups g of step[g] x (sum over inputs i of g of weight[r][i] x input[i]))</pre>
     *
     * with fused multiply-adds over the groups, ascending.
     *
     * @param weights {@code [tiles][depth][rows]} lanes as {@link #place} says, -127 to 127
     * @param inputs an even number
     * @param scales {@code [tiles][rows]}
     * @param y {@code [tiles][rows]}
     */
    void multiply(byte[] weights, RoundedInputs inputs, float[] scales, float[] y, int from, int to);

    /**
     * Half a vector of rows as floats: {@code panel[i columns + r] = scale[r] x weight[r][i]} for the inputs {@code [0, count)}.
     *
     * @param weights as above
     * @param at of the first row and input
     * @param scalesAt of the first row
     * @param panelAt of the first row and input
     */
    default void panel(
            byte[] weights, int at, int count, float[] scales, int scalesAt, float[] panel, int panelAt, int columns) {
        for (int i = 0; i < count; i++) {
            for (int r = 0; r < lanes() / 2; r++) {
                panel[panelAt + i * columns + r] = scales[scalesAt + r] * weights[at + i * rows() + 2 * r];
            }
        }
    }

    @Override
    default int vectors() {
        return 2;
    }

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
