package dev.tessera.vqmodels.integer;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loop of a linear layer; sums of integers are equal in any order, so the twins are. Nothing is checked. */
interface IntegerKernels {
    /** Outputs of a panel. */
    int COLUMNS = 32;

    /**
     * Adds to the sums of each panel its weights in row {@code rows[k]} times {@code values[k]}, for all k below {@code count}.
     *
     * @param weights {@code [panels x panelSize]}, a panel is {@code [inputs x COLUMNS]}
     * @param rows offsets of first weights within a panel
     * @param sums {@code [panels x COLUMNS]}
     */
    void accumulate(int[] weights, int panelSize, int[] rows, int[] values, int count, int[] sums, int panels);

    static IntegerKernels best() {
        return KernelChoice.vector() ? vector() : scalar();
    }

    /** The specification. */
    static IntegerKernels scalar() {
        return new ScalarIntegerKernels();
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static IntegerKernels vector() {
        return new VectorIntegerKernels();
    }
}
