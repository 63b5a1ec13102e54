package dev.tessera.codebook.internal.kernels;

/**
 * A codebook with its mean taken off, as both nearest-code kernels score it. The mean changes no distance, but in float
 * arithmetic x.c - |c|^2/2 loses the digits that code vectors far from the origin have in common; on image patches
 * centring makes two to seven times fewer wrong picks.
 *
 * @param original {@code [codebookSize x dim]}, the code vectors as they came; not a copy
 * @param mean {@code [dim]}, subtracted from code vectors and vectors alike
 * @param codes {@code [codebookSize x dim]}, centred
 * @param bias {@code [codebookSize]}, -|c|^2/2 of the centred code vectors, where every score starts
 * @param limit a vector whose centred values have a sum of squares below this has finite scores only
 */
record CentredCodes(
        int codebookSize, int dim, float[] original, float[] mean, float[] codes, float[] bias, float limit) {
    static CentredCodes of(float[] codes, int codebookSize, int dim) {
        float[] mean = mean(codes, codebookSize, dim);
        float[] centred = new float[codebookSize * dim];
        float[] bias = new float[codebookSize];
        float lowest = 0;
        for (int j = 0; j < codebookSize; j++) {
            float sum = 0;
            for (int k = 0; k < dim; k++) {
                float c = codes[j * dim + k] - mean[k];
                centred[j * dim + k] = c;
                sum = Math.fma(c, c, sum);
            }
            bias[j] = -0.5f * sum;
            lowest = Math.min(lowest, bias[j]); // NaN stays NaN and makes the limit NaN
        }
        // |score| <= |bias| + |x| |c| <= |x|^2/2 + 2 max |bias|; half of the range is left to rounding
        float limit = (float) (Float.MAX_VALUE / 2 + 4 * (double) lowest);
        return new CentredCodes(codebookSize, dim, codes, mean, centred, bias, limit);
    }

    private static float[] mean(float[] codes, int codebookSize, int dim) {
        double[] sum = new double[dim];
        for (int j = 0; j < codebookSize; j++) {
            for (int k = 0; k < dim; k++) {
                sum[k] += codes[j * dim + k];
            }
        }
        float[] mean = new float[dim];
        for (int k = 0; k < dim; k++) {
            mean[k] = (float) (sum[k] / codebookSize);
        }
        return mean;
    }
}
