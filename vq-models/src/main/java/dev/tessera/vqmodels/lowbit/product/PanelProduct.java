package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.kernels.LayerKernels;

/**
 * Products of weights and a batch of vectors in floats, of which there is but a panel of weights for each thread: it is filled, meets
 * all vectors, which are the rows of tiles, and is filled anew.
 */
final class PanelProduct {
    private static final int DEPTH = 256; // inputs of a panel at most: it stays in L1 beside a row block of vectors
    private static final int DEPTH_STEP = 16; // panels begin where bytes and lanes of packed weights do
    private static final int VECTORS =
            256; // that meet a panel: more of them leave L2, and filling it costs little by then
    private static final int TASKS_PER_THREAD = 4;

    private final LayerKernels kernels;
    private final int rows;
    private final int cols;
    private final int depth; // inputs of a panel
    private final Source source;

    /** Where weights come from. */
    @FunctionalInterface
    interface Source {
        /**
         * Dequantizes the inputs {@code [from, to)} of {@code columns} rows from {@code row} on. What the panel holds for rows past
         * the last does not matter.
         *
         * @param row a multiple of {@code columns}
         * @param from a multiple of {@value #DEPTH_STEP}
         * @param columns a multiple of the rows of half a vector
         * @param panel {@code [to - from, rounded up to 16][columns]}
         */
        void fill(int row, int from, int to, int columns, float[] panel);
    }

    PanelProduct(LayerKernels kernels, int rows, int cols, Source source) {
        this.kernels = kernels;
        this.rows = rows;
        this.cols = cols;
        this.source = source;
        int even = Math.ceilDiv(cols, Math.ceilDiv(cols, DEPTH));
        depth = Math.ceilDiv(even, DEPTH_STEP) * DEPTH_STEP;
    }

    /** {@code [count x rows]} of {@code x [count x cols]}. */
    float[] multiply(float[] x, int count, int threads) {
        float[] y = new float[count * rows];
        int height = kernels.rows();
        int most = Math.ceilDiv(Math.min(count, VECTORS), height);
        float[] packed = new float[Math.multiplyExact(most * height, cols)];
        int panels = Math.ceilDiv(rows, kernels.columns());
        int tasks = TASKS_PER_THREAD * threads;
        try (Workers workers = new Workers(threads)) {
            for (int first = 0; first < count; first += VECTORS) {
                int begin = first;
                int vectors = Math.min(VECTORS, count - first);
                int blocks = Math.ceilDiv(vectors, height);
                workers.runRows(vectors, Math.ceilDiv(vectors, tasks), (from, to) -> {
                    for (int v = from; v < to; v++) {
                        pack(x, (begin + v) * cols, packed, v);
                    }
                });
                workers.runRows(
                        panels,
                        Math.ceilDiv(panels, tasks),
                        (from, to) -> multiply(packed, blocks, from, to, y, begin, vectors));
            }
        }
        return y;
    }

    /** Vector {@code v} into row blocks {@code [blocks x cols x rows of a tile]}. */
    private void pack(float[] x, int xAt, float[] packed, int v) {
        int height = kernels.rows();
        int to = v / height * height * cols + v % height;
        for (int k = 0; k < cols; k++) {
            packed[to + k * height] = x[xAt + k];
        }
    }

    private void multiply(float[] packed, int blocks, int firstPanel, int endPanel, float[] y, int first, int vectors) {
        int height = kernels.rows();
        int columns = kernels.columns();
        float[] panel = new float[depth * columns];
        float[] zeros = new float[columns];
        float[] sums = new float[blocks * height * columns];
        for (int row = firstPanel * columns; row < Math.min(endPanel * columns, rows); row += columns) {
            for (int k = 0; k < cols; k += depth) {
                int end = Math.min(k + depth, cols);
                source.fill(row, k, end, columns, panel);
                for (int block = 0; block < blocks; block++) {
                    int at = block * height * columns;
                    kernels.tile(
                            packed,
                            (block * cols + k) * height,
                            panel,
                            0,
                            end - k,
                            k == 0 ? zeros : sums,
                            k == 0 ? 0 : at,
                            k == 0 ? 0 : columns,
                            sums,
                            at,
                            columns);
                }
            }
            for (int v = 0; v < vectors; v++) {
                System.arraycopy(sums, v * columns, y, (first + v) * rows + row, Math.min(columns, rows - row));
            }
        }
    }
}
