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

    /**
     * Half a vector of rows as floats: {@code panel[i columns + r] = scale[r] x (code[r][i] - zero[r])} for the inputs
     * {@code [0, count)}, and for up to 3 behind them.
     *
     * @param weights as above
     * @param lane of the first row and input, which is the first of the lane
     * @param scalesAt of the first row, and of the only group
     * @param panelAt of the first row and input
     */
    default void panel(
            byte[] weights,
            int lane,
            int count,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] panel,
            int panelAt,
            int columns) {
        int mask = (1 << bits()) - 1;
        for (int i = 0; i < count; i++) {
            int shift = i % laneInputs() * bits();
            for (int r = 0; r < lanes() / 2; r++) {
                int at = 2 * (lane + i / laneInputs() * rows() + 2 * r) + shift / Byte.SIZE;
                int code = weights[at] >> shift % Byte.SIZE & mask;
                panel[panelAt + i * columns + r] = scales[scalesAt + r] * (code - zeros[scalesAt + r]);
            }
        }
    }

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
