package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loops of a product of code vectors; twins have equal bits: all sums but those over segments are of integers. */
interface PqKernels {
    /** Rows of a tile. */
    int ROWS = 128;

    /** Entries of a table. */
    int ENTRIES = 256;

    /**
     * The byte of a row of a tile in each subspace: of 64 rows the first 16 have bytes 0, 4, 8 and so on, the others those behind, in the
     * order 2, 1, 3, so that lanes of 16 and of 32 bits come apart into rows that follow on each other.
     */
    static int place(int row) {
        int quarter = row / 16 % 4;
        return row / 64 * 64 + row % 16 * 4 + (quarter == 1 ? 2 : quarter == 2 ? 1 : quarter);
    }

    /**
     * A table of products, inner index ascending by fused multiply-adds.
     *
     * @param turned code vectors {@code [dim][256]} from {@code turnedAt} on
     * @param inputs {@code [dim]} from {@code first} on
     * @param values {@code [256]} from {@code to} on
     * @param least takes the least product at {@code leastAt}
     * @return the largest less the least product
     */
    float fill(
            float[] turned,
            int turnedAt,
            int dim,
            float[] inputs,
            int first,
            float[] values,
            int to,
            float[] least,
            int leastAt);

    /** A table in steps of {@code 1 / inverse} above {@code least}, rounded half up, at most 255, from {@code to} on. */
    void round(float[] values, int from, float least, float inverse, byte[] tables, int to);

    /**
     * The products of the tiles {@code [from, to)} with the inputs that the tables are of:
     *
     * <pre>y[r] = sum over segments s of (step[s] x n[r][s] + level[s])</pre>
     *
     * with fused multiply-adds, segments ascending; n is the sum of what the codes of s find in their tables.
     *
     * @param codes {@code [tiles][subspaces][128]}, rows where {@link #place} says
     * @param y {@code [tiles][128]}
     */
    void multiply(byte[] codes, PqTables tables, float[] y, int from, int to);

    static PqKernels best() {
        return KernelChoice.vector() ? vector() : scalar();
    }

    /** The specification. */
    static PqKernels scalar() {
        return new ScalarPqKernels();
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static PqKernels vector() {
        return new VectorPqKernels();
    }
}
