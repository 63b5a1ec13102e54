package dev.tessera.codebook.internal.kernels;

/** The specification of {@link NearestKernel}. */
final class ScalarNearestKernel implements NearestKernel {
    private final CentredCodes codes;

    ScalarNearestKernel(CentredCodes codes) {
        this.codes = codes;
    }

    @Override
    public void assign(
            float[] x, int offset, int count, int[] indices, int indicesOffset, float[] scores, int scoresOffset) {
        int dim = codes.dim();
        float[] mean = codes.mean();
        float[] centred = new float[dim];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < dim; k++) {
                centred[k] = x[offset + i * dim + k] - mean[k];
            }
            int best = 0;
            float bestScore = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < codes.codebookSize(); j++) {
                float score = score(centred, j);
                if (score > bestScore) {
                    bestScore = score;
                    best = j;
                }
            }
            indices[indicesOffset + i] = best;
            if (scores != null) {
                scores[scoresOffset + i] = bestScore;
            }
        }
    }

    private float score(float[] centred, int j) {
        float[] c = codes.codes();
        int from = j * codes.dim();
        float score = codes.bias()[j];
        for (int k = 0; k < centred.length; k++) {
            score = Math.fma(centred[k], c[from + k], score);
        }
        return score;
    }
}
