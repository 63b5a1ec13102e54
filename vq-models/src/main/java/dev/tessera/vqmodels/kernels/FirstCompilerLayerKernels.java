package dev.tessera.vqmodels.kernels;

/**
 * The scalar kernels for a JVM that has the first compiler alone, as short runs do: that one keeps local variables in registers but
 * makes no vectors of loops. So a tile is made of blocks of 4 x 2 sums in locals, where {@link ScalarLayerKernels}, whose loop the
 * second compiler makes vectors of, loads and stores a sum for every product. Each sum has the same order.
 */
final class FirstCompilerLayerKernels extends ScalarLayerKernels {
    @Override
    public void tile(
            float[] weights,
            int weightsAt,
            float[] panel,
            int panelAt,
            int depth,
            float[] start,
            int startAt,
            int startStride,
            float[] out,
            int outAt,
            int outStride) {
        int weightsEnd = weightsAt + depth * ROWS;
        for (int j = 0; j < COLUMNS; j += 2) {
            int s = startAt + j;
            float a0 = start[s];
            float a1 = start[s + 1];
            float b0 = start[s + startStride];
            float b1 = start[s + startStride + 1];
            float c0 = start[s + 2 * startStride];
            float c1 = start[s + 2 * startStride + 1];
            float d0 = start[s + 3 * startStride];
            float d1 = start[s + 3 * startStride + 1];
            int p = panelAt + j;
            for (int w = weightsAt; w < weightsEnd; w += ROWS) {
                float x0 = panel[p];
                float x1 = panel[p + 1];
                float a = weights[w];
                a0 = Math.fma(a, x0, a0);
                a1 = Math.fma(a, x1, a1);
                float b = weights[w + 1];
                b0 = Math.fma(b, x0, b0);
                b1 = Math.fma(b, x1, b1);
                float c = weights[w + 2];
                c0 = Math.fma(c, x0, c0);
                c1 = Math.fma(c, x1, c1);
                float d = weights[w + 3];
                d0 = Math.fma(d, x0, d0);
                d1 = Math.fma(d, x1, d1);
                p += COLUMNS;
            }
            int o = outAt + j;
            out[o] = a0;
            out[o + 1] = a1;
            out[o + outStride] = b0;
            out[o + outStride + 1] = b1;
            out[o + 2 * outStride] = c0;
            out[o + 2 * outStride + 1] = c1;
            out[o + 3 * outStride] = d0;
            out[o + 3 * outStride + 1] = d1;
        }
    }
}
