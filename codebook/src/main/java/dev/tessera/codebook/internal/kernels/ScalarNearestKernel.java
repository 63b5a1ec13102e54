package dev.tessera.codebook.internal.kernels;

/** The specification: score = x.c - |c|^2 / 2, fused multiply-adds in order of dimension, largest score wins. */
final class ScalarNearestKernel implements NearestKernel {
    private final float[] codes; // [codebookSize x dim]
    private final float[] bias; // -|c|^2 / 2
    private final int codebookSize;
    private final int dim;

    ScalarNearestKernel(float[] codes, int codebookSize, int dim) {
        this.codes = codes.clone();
        this.codebookSize = codebookSize;
        this.dim = dim;
        this.bias = new float[codebookSize];
        for (int i = 0; i < codebookSize; i++) {
            float sum = 0;
            for (int k = 0; k < dim; k++) {
                float c = codes[i * dim + k];
                sum = Math.fma(c, c, sum);
            }
            bias[i] = -0.5f * sum;
        }
    }

    @Override
    public void assign(float[] x, int offset, int count, int[] indices, int indicesOffset) {
        for (int i = 0; i < count; i++) {
            int from = offset + i * dim;
            int best = 0;
            float bestScore = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < codebookSize; j++) {
                float score = bias[j];
                for (int k = 0; k < dim; k++) {
                    score = Math.fma(x[from + k], codes[j * dim + k], score);
                }
                if (score > bestScore) {
                    bestScore = score;
                    best = j;
                }
            }
            indices[indicesOffset + i] = best;
        }
    }
}
