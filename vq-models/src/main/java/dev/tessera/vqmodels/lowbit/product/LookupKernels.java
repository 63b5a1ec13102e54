package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.kernels.KernelChoice;

/** The inner loop of a product; twins have equal bits, since all sums but the last are of integers. */
interface LookupKernels {
    /** Rows of a tile. */
    int ROWS = 16;

    /**
     * The products of the tiles {@code [from, to)} of 16 rows with the inputs that the tables are of:
     *
     * <pre>y[r] = sum over segments s of scale[r][s] (step[s] n[r][s] + level[s] - zero[r][s] sum[s])</pre>
     *
     * with fused multiply-adds, segments ascending. n is the sum over blocks b of 2^(b mod planes) times what both halves of the
     * row's byte find in the tables of b.
     *
     * @param weights {@code [tiles][tileBytes]}, rows in the order of {@code RowTiles}
     * @param scales {@code [tiles][groups][16]}
     * @param zeros as scales
     * @param y {@code [tiles][16]}
     */
    void multiply(
            byte[] weights,
            int tileBytes,
            LookupTables tables,
            float[] scales,
            float[] zeros,
            int groups,
            float[] y,
            int from,
            int to);

    /**
     * Tables {@code values [tables][16]} of products, inner index ascending by fused multiply-adds, and the least of each.
     *
     * @param turned the code vectors, {@code [dim][16]}
     * @param inputs of table t from {@code first + t dim} on
     * @return the largest difference between two numbers of a table
     */
    float fill(float[] turned, float[] inputs, int first, int tables, float[] values, float[] least);

    /**
     * The tables in steps of {@code 1 / inverse} above their least numbers, rounded half up, at most 127; even ones go to {@code low},
     * odd ones to {@code high}, from {@code to} on, each {@code planes} times 16 bytes behind the one before.
     */
    void round(float[] values, float[] least, float inverse, int tables, int planes, byte[] low, byte[] high, int to);

    /**
     * Half a tile of rows as floats, of one plane: {@code panel[(2 b + h) dim + d][r] = scale[r] x vectors[d][e]}, e the lower half of
     * the byte of row r in block b at h = 0, the upper one at h = 1.
     *
     * @param weights as above
     * @param at of the first row and block
     * @param turned the code vectors, {@code [dim][16]} from {@code turnedAt} on
     * @param scalesAt of the first row
     * @param panelAt of the first row and input
     * @param columns of a row of the panel; below 8 so many rows are taken
     */
    default void panel(
            byte[] weights,
            int at,
            int blocks,
            float[] turned,
            int turnedAt,
            int dim,
            float[] scales,
            int scalesAt,
            float[] panel,
            int panelAt,
            int columns) {
        for (int h = 0; h < 2 * blocks; h++) {
            for (int r = 0; r < Math.min(ROWS / 2, columns); r++) {
                int entry = weights[at + h / 2 * ROWS + 2 * r] >> h % 2 * 4 & 15;
                for (int d = 0; d < dim; d++) {
                    panel[panelAt + (h * dim + d) * columns + r] =
                            scales[scalesAt + r] * turned[turnedAt + d * LookupTables.ENTRIES + entry];
                }
            }
        }
    }

    static LookupKernels best() {
        return KernelChoice.vector() ? vector() : scalar();
    }

    /** The specification. */
    static LookupKernels scalar() {
        return new ScalarLookupKernels();
    }

    /** The twin for the Vector API; needs module jdk.incubator.vector. */
    static LookupKernels vector() {
        return new VectorLookupKernels();
    }
}
