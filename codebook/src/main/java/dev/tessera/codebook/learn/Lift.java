package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The affine map from code vectors to the vectors they stand for, by least squares.
 *
 * @param weight {@code [dim x codeDim]}, row-major
 * @param bias {@code [dim]}
 */
record Lift(float[] weight, float[] bias) {
    /**
     * The map with the smallest sum of |x_i - (A c_i + b)|^2 and, of several, the smallest A.
     *
     * @param indices code vector of each vector
     */
    static Lift fit(Latents vectors, Codebook codebook, int[] indices) {
        int dim = vectors.dim();
        int codeDim = codebook.codeDim();
        int size = codebook.codebookSize();
        double[][] sums = new double[size][dim]; // of each code vector's members, in order of row
        int[] members = new int[size];
        double[] vectorMean = new double[dim];
        double[] codeMean = new double[codeDim];
        for (int i = 0; i < indices.length; i++) {
            members[indices[i]]++;
            for (int k = 0; k < dim; k++) {
                sums[indices[i]][k] += vectors.data()[i * dim + k];
            }
        }
        for (int j = 0; j < size; j++) {
            for (int k = 0; k < dim; k++) {
                vectorMean[k] += sums[j][k] / indices.length;
            }
            for (int t = 0; t < codeDim; t++) {
                codeMean[t] += (double) members[j] / indices.length * codebook.get(j, t);
            }
        }
        double[][] codeCovariance = new double[codeDim][codeDim];
        double[][] crossCovariance = new double[codeDim][dim];
        for (int j = 0; j < size; j++) {
            for (int t = 0; t < codeDim; t++) {
                double centred = codebook.get(j, t) - codeMean[t];
                for (int u = 0; u < codeDim; u++) {
                    codeCovariance[t][u] += members[j] * centred * (codebook.get(j, u) - codeMean[u]);
                }
                for (int k = 0; k < dim; k++) {
                    crossCovariance[t][k] += centred * (sums[j][k] - members[j] * vectorMean[k]);
                }
            }
        }
        RealMatrix solution = new SingularValueDecomposition(new Array2DRowRealMatrix(codeCovariance, false))
                .getSolver()
                .solve(new Array2DRowRealMatrix(crossCovariance, false)); // [codeDim x dim]
        float[] weight = new float[dim * codeDim];
        float[] bias = new float[dim];
        for (int k = 0; k < dim; k++) {
            double constant = vectorMean[k];
            for (int t = 0; t < codeDim; t++) {
                weight[k * codeDim + t] = (float) solution.getEntry(t, k);
                constant -= solution.getEntry(t, k) * codeMean[t];
            }
            bias[k] = (float) constant;
        }
        return new Lift(weight, bias);
    }
}
