package dev.tessera.codebook;

import dev.tessera.codebook.internal.AffineMap;
import java.util.ArrayList;
import java.util.List;

/**
 * What the squared distance |x - sum of c_m(i_m)|^2 - |x|^2 is made of: a term of each index, |c|^2 - 2 x.c, and one of
 * each pair, 2 c.c' (Babenko and Lempitsky 2014). All sums run in float in order of dimension.
 *
 * <p>Codebooks and vectors are taken relative to the codebooks' means, which changes no distance but keeps the digits
 * that vectors far from the origin have in common.
 */
final class AdditiveTables {
    private final float[] mean; // [dim], sum of the codebooks' means
    private final List<AffineMap> terms; // of codebook m: x -> |c|^2 - 2 x.c
    private final float[][][][] pairs; // [m][i][l][j] = 2 c_m(i).c_l(j); empty for l = m

    AdditiveTables(List<Codebook> codebooks) {
        int dim = codebooks.getFirst().codeDim();
        int m = codebooks.size();
        double[] meanSum = new double[dim];
        List<float[]> centred = codebooks.stream().map(c -> centre(c, meanSum)).toList();
        this.mean = new float[dim];
        for (int k = 0; k < dim; k++) {
            mean[k] = (float) meanSum[k];
        }
        this.terms = new ArrayList<>();
        List<AffineMap> products = new ArrayList<>();
        for (float[] codes : centred) {
            int size = codes.length / dim;
            float[] norms = norms(codes, dim);
            terms.add(new AffineMap(dim, size, scaled(codes, -2), norms, "codebook"));
            products.add(new AffineMap(dim, size, scaled(codes, 2), new float[size], "codebook"));
        }
        this.pairs = new float[m][][][];
        for (int a = 0; a < m; a++) {
            int size = codebooks.get(a).codebookSize();
            pairs[a] = new float[size][m][0];
            for (int i = 0; i < size; i++) {
                for (int b = 0; b < m; b++) {
                    if (b != a) {
                        float[] row = new float[codebooks.get(b).codebookSize()];
                        products.get(b).apply(centred.get(a), i * dim, row);
                        pairs[a][i][b] = row;
                    }
                }
            }
        }
    }

    /** The codebook less its mean, which is added to {@code meanSum}. */
    private static float[] centre(Codebook codebook, double[] meanSum) {
        float[] codes = codebook.toArray();
        int dim = codebook.codeDim();
        for (int k = 0; k < dim; k++) {
            double sum = 0;
            for (int at = k; at < codes.length; at += dim) {
                sum += codes[at];
            }
            float codebookMean = (float) (sum / codebook.codebookSize());
            meanSum[k] += codebookMean;
            for (int at = k; at < codes.length; at += dim) {
                codes[at] -= codebookMean;
            }
        }
        return codes;
    }

    private static float[] norms(float[] codes, int dim) {
        float[] norms = new float[codes.length / dim];
        for (int i = 0; i < codes.length; i++) {
            norms[i / dim] += codes[i] * codes[i];
        }
        return norms;
    }

    private static float[] scaled(float[] codes, float factor) {
        float[] out = new float[codes.length];
        for (int i = 0; i < codes.length; i++) {
            out[i] = factor * codes[i];
        }
        return out;
    }

    int codebooks() {
        return terms.size();
    }

    int codebookSize(int m) {
        return terms.get(m).outputDim();
    }

    /** Fills {@code termsOfX[m]}, {@code [codebookSize(m)]}, for the vector at {@code x[from ..]}. */
    void fill(float[] x, int from, float[][] termsOfX) {
        float[] centred = new float[mean.length];
        for (int k = 0; k < centred.length; k++) {
            centred[k] = x[from + k] - mean[k];
        }
        for (int m = 0; m < termsOfX.length; m++) {
            terms.get(m).apply(centred, 0, termsOfX[m]);
        }
    }

    /** Pair terms of code vector {@code i} of codebook {@code m} with every code vector of codebook {@code l}. */
    float[] pairs(int m, int i, int l) {
        return pairs[m][i][l];
    }
}
