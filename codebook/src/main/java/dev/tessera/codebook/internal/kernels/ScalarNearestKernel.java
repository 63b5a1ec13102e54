package dev.tessera.codebook.internal.kernels;

/** The specification of {@link NearestKernel}. */
final class ScalarNearestKernel implements NearestKernel {
    private static final int BLOCK = 4;

    private final CentredCodes codes;

    ScalarNearestKernel(CentredCodes codes) {
        this.codes = codes;
    }

    @Override
    public void assign(
            float[] x, int offset, int count, int[] indices, int indicesOffset, float[] scores, int scoresOffset) {
        search(x, offset, count, indices, indicesOffset, scores, scoresOffset, null);
    }

    @Override
    public void assignApart(float[] x, int offset, int count, int[] indices, int indicesOffset, float[] others) {
        search(x, offset, count, indices, indicesOffset, null, 0, others);
    }

    private void search(
            float[] x,
            int offset,
            int count,
            int[] indices,
            int indicesOffset,
            float[] scores,
            int scoresOffset,
            float[] others) {
        int dim = codes.dim();
        float[] mean = codes.mean();
        float[] centred = new float[dim];
        float[] block = new float[BLOCK];
        NearTies ties = new NearTies(codes);
        float tolerance = NearTies.tolerance(dim);
        for (int i = 0; i < count; i++) {
            int row = offset + i * dim;
            float norm = 0;
            for (int k = 0; k < dim; k++) {
                centred[k] = x[row + k] - mean[k];
                norm = Math.fma(centred[k], centred[k], norm);
            }
            int best = 0;
            float bestScore = Float.NEGATIVE_INFINITY;
            float second = Float.NEGATIVE_INFINITY;
            ties.clear();
            for (int j = 0; j < codes.codebookSize(); j++) {
                if (j % BLOCK == 0) {
                    score(centred, j, block);
                }
                float score = block[j % BLOCK];
                ties.add(j, score);
                if (score > bestScore) {
                    second = bestScore;
                    bestScore = score;
                    best = j;
                } else if (score > second) {
                    second = score;
                }
            }
            if (others != null) {
                others[i] = norm < codes.limit() ? NearestKernel.apart(second, norm, dim) : 0;
            }
            if (norm < codes.limit()) {
                int nearest = ties.nearest(x, row, NearTies.threshold(bestScore, norm, tolerance));
                best = ties.index(nearest);
                bestScore = ties.score(nearest);
            }
            indices[indicesOffset + i] = best;
            if (scores != null) {
                scores[scoresOffset + i] = bestScore;
            }
        }
    }

    @Override
    public void best(float[] x, int offset, int count, int width, int[] indices, float[] scores, float[] norms) {
        int dim = codes.dim();
        float[] centred = new float[dim];
        float[] block = new float[BLOCK];
        for (int i = 0; i < count; i++) {
            float norm = 0;
            for (int k = 0; k < dim; k++) {
                centred[k] = x[offset + i * dim + k] - codes.mean()[k];
                norm = Math.fma(centred[k], centred[k], norm);
            }
            norms[i] = norm;
            int at = i * width;
            BestList.clear(indices, scores, at, width);
            for (int j = 0; j < codes.codebookSize(); j++) {
                if (j % BLOCK == 0) {
                    score(centred, j, block);
                }
                float score = block[j % BLOCK];
                if (score > scores[at + width - 1]) {
                    BestList.insert(indices, scores, at, width, j, score);
                }
            }
        }
    }

    /** Scores of up to {@link #BLOCK} code vectors from {@code j} on; side by side, because each sum waits for its last addition. */
    private void score(float[] centred, int j, float[] block) {
        float[] c = codes.codes();
        float[] bias = codes.bias();
        int dim = centred.length;
        if (j + BLOCK > codes.codebookSize()) {
            for (int i = 0; j + i < codes.codebookSize(); i++) {
                float score = bias[j + i];
                for (int k = 0; k < dim; k++) {
                    score = Math.fma(centred[k], c[(j + i) * dim + k], score);
                }
                block[i] = score;
            }
            return;
        }
        int at = j * dim;
        float score0 = bias[j];
        float score1 = bias[j + 1];
        float score2 = bias[j + 2];
        float score3 = bias[j + 3];
        for (int k = 0; k < dim; k++) {
            float x = centred[k];
            score0 = Math.fma(x, c[at + k], score0);
            score1 = Math.fma(x, c[at + dim + k], score1);
            score2 = Math.fma(x, c[at + 2 * dim + k], score2);
            score3 = Math.fma(x, c[at + 3 * dim + k], score3);
        }
        block[0] = score0;
        block[1] = score1;
        block[2] = score2;
        block[3] = score3;
    }
}
