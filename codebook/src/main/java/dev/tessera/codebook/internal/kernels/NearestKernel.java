package dev.tessera.codebook.internal.kernels;

/** Nearest code vector of many vectors. */
public interface NearestKernel {
    /**
     * Writes for each vector the index of its nearest code vector; the lowest index wins ties.
     *
     * @param x vectors, row-major, {@code [count x dim]} from {@code offset}
     */
    void assign(float[] x, int offset, int count, int[] indices, int indicesOffset);

    /** The kernel for {@code codes}, {@code [codebookSize x dim]}; the array is not kept. */
    static NearestKernel of(float[] codes, int codebookSize, int dim) {
        return new ScalarNearestKernel(codes, codebookSize, dim);
    }
}
