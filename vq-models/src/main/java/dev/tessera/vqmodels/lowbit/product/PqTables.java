package dev.tessera.vqmodels.lowbit.product;

/**
 * What each code vector makes of the inputs of its subspace, in 8 bits above the least of the subspace, all tables of a segment in one
 * step. The products of the codes of a segment and its inputs add up to {@code step x (sum of looked up numbers) + level}.
 */
final class PqTables {
    /** Subspaces of a segment: sums of 16 bits hold 257 numbers, and one large input makes the steps of all coarse. */
    static final int SEGMENT = 128;

    static final int LARGEST = 255;

    final byte[] tables; // [subspaces][256]
    final float[] steps; // of a segment
    final float[] levels;
    final int subspaces;

    /**
     * @param turned {@code [codebooks][dim][256]}, one codebook or one for each subspace
     * @param inputs {@code [subspaces x dim]}
     */
    PqTables(PqKernels kernels, float[] turned, int dim, float[] inputs) {
        subspaces = inputs.length / dim;
        tables = new byte[subspaces * PqKernels.ENTRIES];
        steps = new float[(subspaces - 1) / SEGMENT + 1];
        levels = new float[steps.length];
        int book = dim * PqKernels.ENTRIES;
        boolean shared = turned.length == book;
        float[] values = new float[Math.min(SEGMENT, subspaces) * PqKernels.ENTRIES];
        float[] least = new float[SEGMENT];
        for (int s = 0; s < steps.length; s++) {
            int first = s * SEGMENT;
            int count = Math.min(SEGMENT, subspaces - first);
            float range = 0;
            float level = 0;
            for (int i = 0; i < count; i++) {
                int turnedAt = shared ? 0 : (first + i) * book;
                int to = i * PqKernels.ENTRIES;
                float own = kernels.fill(turned, turnedAt, dim, inputs, (first + i) * dim, values, to, least, i);
                range = Math.max(range, own);
                level += least[i];
            }
            steps[s] = range / LARGEST;
            levels[s] = level;
            float inverse = range > 0 ? LARGEST / range : 0;
            for (int i = 0; i < count; i++) {
                int from = i * PqKernels.ENTRIES;
                kernels.round(values, from, least[i], inverse, tables, first * PqKernels.ENTRIES + from);
            }
        }
    }

    /** End of the subspaces of segment {@code s}. */
    int end(int s) {
        return Math.min((s + 1) * SEGMENT, subspaces);
    }
}
