package dev.tessera.codebook.internal.kernels;

import java.util.Arrays;

/**
 * Nearest code vector of many vectors.
 *
 * <p>Vectors and code vectors are taken relative to the mean of the codebook, {@link CentredCodes}. A score is x.c - |c|^2/2: it
 * starts at -|c|^2/2 and takes the fused multiply-adds of x and c in order of dimension. The largest score wins, the lowest index
 * in a tie; when scores are nearer to each other than their rounding, distances in double precision decide, {@link NearTies}.
 * A vector whose scores may overflow has no near ties, a score that is NaN never wins, and if none is larger than negative
 * infinity, the index is 0. Every implementation gives the same bits. Immutable, safe to share.
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

    /**
     * Writes the winning index of each vector, and how near every other code vector may be at most.
     *
     * @param others receives {@code [count]} from 0: a lower limit of the squared distance of all code vectors but the winner, for
     *     certain; 0 where none is known
     */
    default void assignApart(float[] x, int offset, int count, int[] indices, int indicesOffset, float[] others) {
        assign(x, offset, count, indices, indicesOffset);
        Arrays.fill(others, 0, count, 0);
    }

    /**
     * Writes the {@code width} code vectors of largest score of each vector, best first, the lower index first in a tie, by
     * float scores alone. Where fewer scores are numbers above negative infinity, the rest has index 0 and that score.
     *
     * @param width at least 1, at most the number of code vectors
     * @param indices receives {@code [count x width]}
     * @param scores receives {@code [count x width]}
     * @param norms receives {@code [count]}, |x|^2 of the centred vectors; |x - c|^2 is norm - 2 score
     */
    void best(float[] x, int offset, int count, int width, int[] indices, float[] scores, float[] norms);

    /**
     * A kernel with the same results that may be faster for many vectors like these; trying that out costs as much as some
     * thousand vectors and is left out where that is more than about a twentieth.
     *
     * @param x vectors that will be assigned, row-major, {@code [count x dim]} from {@code offset}
     */
    default NearestKernel suitedTo(float[] x, int offset, int count) {
        return this;
    }

    /**
     * A lower limit of the squared distance of a code vector of this score; infinite when there is none, so no score.
     *
     * @param norm squared length of the centred vector
     */
    static float apart(float score, float norm, int dim) {
        if (score == Float.NEGATIVE_INFINITY) {
            return Float.POSITIVE_INFINITY;
        }
        double length = Math.sqrt(norm);
        double squared = Math.max(0, norm - 2.0 * score);
        double code = length + Math.sqrt(squared); // at least the code vector's length
        // each score and norm has at most dim + 2 roundings of sums below these
        return (float) Math.max(0, (squared - 0x1p-22 * (dim + 8) * (code * code + length * code)) * (1 - 0x1p-20));
    }

    /** The kernel for {@code codes}, {@code [codebookSize x dim]}, which must not change while the kernel is used. */
    static NearestKernel of(float[] codes, int codebookSize, int dim) {
        return KernelChoice.vector()
                ? RowLanesKernel.of(CentredCodes.of(codes, codebookSize, dim))
                : new ScalarNearestKernel(CentredCodes.of(codes, codebookSize, dim));
    }
}
