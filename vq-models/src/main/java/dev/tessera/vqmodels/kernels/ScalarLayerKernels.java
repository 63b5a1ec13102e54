package dev.tessera.vqmodels.kernels;

/** The specification of {@link LayerKernels}. */
class ScalarLayerKernels implements LayerKernels {
    static final int ROWS = 4;
    static final int COLUMNS = 32;

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int columns() {
        return COLUMNS;
    }

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
        for (int r = 0; r < ROWS; r++) {
            int row = outAt + r * outStride;
            System.arraycopy(start, startAt + r * startStride, out, row, COLUMNS);
            for (int k = 0; k < depth; k++) {
                accumulate(weights[weightsAt + k * ROWS + r], panel, panelAt + k * COLUMNS, out, row);
            }
        }
    }

    @Override
    public void pack(float[] in, int[] from, int[] to, int runs, int[] offsets, int first, int depth, float[] panels) {
        for (int k = 0; k < depth; k++) {
            for (int run = 0; run < runs; run++) {
                System.arraycopy(in, from[run] + offsets[first + k], panels, to[run] + k * COLUMNS, COLUMNS);
            }
        }
    }

    @Override
    public void matrixVector(float[] panels, int depth, float[] x, float[] out, int from, int to) {
        for (int p = from; p < to; p++) {
            for (int k = 0; k < depth; k++) {
                accumulate(x[k], panels, (p * depth + k) * COLUMNS, out, p * COLUMNS);
            }
        }
    }

    private static void accumulate(float factor, float[] panel, int panelAt, float[] out, int outAt) {
        for (int j = 0; j < COLUMNS; j++) {
            out[outAt + j] = Math.fma(factor, panel[panelAt + j], out[outAt + j]);
        }
    }

    @Override
    public void taps(
            float[] in,
            int inAt,
            float[] weights,
            int weightsAt,
            int[] offsets,
            float bias,
            float[] out,
            int outAt,
            int count) {
        for (int j = 0; j < count; j++) {
            float sum = bias;
            for (int t = 0; t < offsets.length; t++) {
                sum = Math.fma(weights[weightsAt + t], in[inAt + offsets[t] + j], sum);
            }
            out[outAt + j] = sum;
        }
    }

    @Override
    public void gelu(float[] x, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] = Functions.gelu(x[i]);
        }
    }

    @Override
    public void silu(float[] x, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] = Functions.silu(x[i]);
        }
    }

    @Override
    public void snake(float[] x, int from, int to, float alpha) {
        for (int i = from; i < to; i++) {
            x[i] = Functions.snake(x[i], alpha);
        }
    }

    @Override
    public void layerNorm(float[] x, int plane, int from, int to, float[] weight, float[] bias, float epsilon) {
        int channels = weight.length;
        for (int i = from; i < to; i++) {
            float sum = 0;
            for (int c = 0; c < channels; c++) {
                sum += x[c * plane + i];
            }
            float mean = sum / channels;
            float squares = 0;
            for (int c = 0; c < channels; c++) {
                float d = x[c * plane + i] - mean;
                squares = Math.fma(d, d, squares);
            }
            float scale = 1 / (float) Math.sqrt(squares / channels + epsilon);
            for (int c = 0; c < channels; c++) {
                x[c * plane + i] = Math.fma((x[c * plane + i] - mean) * scale, weight[c], bias[c]);
            }
        }
    }

    @Override
    public void rmsNorm(float[] x, int plane, int from, int to, float[] weight, float epsilon) {
        int channels = weight.length;
        for (int i = from; i < to; i++) {
            float squares = 0;
            for (int c = 0; c < channels; c++) {
                squares = Math.fma(x[c * plane + i], x[c * plane + i], squares);
            }
            float scale = 1 / (float) Math.sqrt(squares / channels + epsilon);
            for (int c = 0; c < channels; c++) {
                x[c * plane + i] = x[c * plane + i] * scale * weight[c];
            }
        }
    }
}
