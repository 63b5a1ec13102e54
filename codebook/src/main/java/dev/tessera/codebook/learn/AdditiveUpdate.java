package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * The best additive codebooks for given indices: least squares on the normal equations (Babenko and Lempitsky 2014),
 * with a penalty on the change of every code vector.
 *
 * <p>With B the 0/1 matrix of chosen code vectors and C the old codebooks, (B^T B + lambda I) Delta = B^T (X - B C).
 * The penalty makes the matrix positive definite (with two codebooks or more B^T B is singular: the columns of each
 * codebook add up to the same), keeps unused code vectors where they are, and, because Delta = 0 is a candidate, the
 * distortion cannot rise.
 */
final class AdditiveUpdate {
    private static final double SYMMETRY = 1e-15;
    private static final double POSITIVITY = 1e-10;

    private AdditiveUpdate() {}

    /**
     * New codebooks of the same sizes. O(count x (stages^2 + stages x dim) + (sum of K)^3).
     *
     * @param indices {@code [count x stages]}
     * @param quantized sums of the old code vectors, {@code [count x dim]}
     */
    static List<Codebook> update(
            Latents vectors,
            int[] indices,
            Latents quantized,
            List<Codebook> codebooks,
            double regularization,
            Workers workers) {
        int stages = codebooks.size();
        int dim = vectors.dim();
        int[] first = new int[stages + 1];
        for (int m = 0; m < stages; m++) {
            first[m + 1] = first[m] + codebooks.get(m).codebookSize();
        }
        double[][] normal = new double[first[stages]][first[stages]];
        double[][] right = new double[first[stages]][dim];
        // one task per codebook: its rows are its own, and their sums run in order of vector
        workers.run(stages, m -> {
            for (int i = 0; i < vectors.count(); i++) {
                int row = first[m] + indices[i * stages + m];
                for (int l = 0; l < stages; l++) {
                    normal[row][first[l] + indices[i * stages + l]]++;
                }
                addDifference(vectors.data(), quantized.data(), i * dim, right[row]);
            }
        });
        for (int row = 0; row < normal.length; row++) {
            normal[row][row] += regularization;
        }
        RealMatrix change = new CholeskyDecomposition(new Array2DRowRealMatrix(normal, false), SYMMETRY, POSITIVITY)
                .getSolver()
                .solve(new Array2DRowRealMatrix(right, false));
        List<Codebook> updated = new ArrayList<>();
        for (int m = 0; m < stages; m++) {
            float[] codes = codebooks.get(m).toArray();
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (float) (codes[i] + change.getEntry(first[m] + i / dim, i % dim));
            }
            updated.add(Codebook.of(codebooks.get(m).codebookSize(), dim, codes));
        }
        return updated;
    }

    private static void addDifference(float[] x, float[] y, int from, double[] sums) {
        for (int k = 0; k < sums.length; k++) {
            sums[k] += (double) x[from + k] - y[from + k];
        }
    }
}
