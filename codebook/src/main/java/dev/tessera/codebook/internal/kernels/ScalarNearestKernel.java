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
                float score = score(centred, j);
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
                float score = score(centred, j);
                if (score > scores[at + width - 1]) {
                    BestList.insert(indices, scores, at, width, j, score);
                }
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
