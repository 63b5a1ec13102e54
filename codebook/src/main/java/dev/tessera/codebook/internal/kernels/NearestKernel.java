package dev.tessera.codebook.internal.kernels;

/**
 * Nearest code vector of many vectors: the index with the largest score x.c - |c|^2/2 wins, the lowest index in a tie.
 *
 * <p>Vectors and code vectors are taken relative to the mean of the codebook, {@link CentredCodes}. A score starts at
 * -|c|^2/2 and takes the fused multiply-adds of x and c in order of dimension; every implementation gives the same bits. A
 * score that is NaN never wins; if none is larger than negative infinity, the index is 0. Immutable, safe to share.
 */
public interface NearestKernel {
    /**
     * Writes the winning index of each vector.
     *
     * @param x vectors, row-major, {@code [count x dim]} from {@code offset}
     * @param indices receives {@code [count]} from {@code indicesOffset}
     */
    default void assign(float[] x, int offset, int count, int[] indices, int indicesOffset) {
        assign(x, offset, count, indices, indicesOffset, null, 0);
    }

    /**
     * Writes the winning index and score of each vector. The squared distance is |x - mean|^2 - 2 score, but for rounding;
     * {@link Distances} has the accurate form.
     *
     * @param scores receives {@code [count]} from {@code scoresOffset}, or null
     */
    void assign(float[] x, int offset, int count, int[] indices, int indicesOffset, float[] scores, int scoresOffset);

    /** The kernel for {@code codes}, {@code [codebookSize x dim]}; the array is not kept. */
    static NearestKernel of(float[] codes, int codebookSize, int dim) {
        return KernelChoice.vector()
                ? VectorNearestKernel.of(CentredCodes.of(codes, codebookSize, dim))
                : new ScalarNearestKernel(CentredCodes.of(codes, codebookSize, dim));
    }
}
