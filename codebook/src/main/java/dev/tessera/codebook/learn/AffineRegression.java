package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Covariance;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * The affine map from {@code q} to {@code y} with the least squared error over pairs of vectors, by the normal equations of
 * the standardized inputs. Constant inputs get weight 0.
 *
 * @param matrix {@code [y dim][q dim]}
 * @param bias {@code [y dim]}
 * @param distortion mean squared distance of the map's output to y
 */
record AffineRegression(double[][] matrix, double[] bias, double distortion) {
    // Added to a diagonal of ones: inputs that repeat each other share their weight instead of making the matrix
    // singular,
    // and the error grows by about this share of the explained variance at most.
    private static final double RIDGE = 1e-9;

    static AffineRegression fit(Latents q, Latents y, int threads) {
        int n = q.dim();
        int m = y.dim();
        Latents both = concatenate(q, y);
        double[] mean = Covariance.mean(both);
        double[][] covariance = Covariance.of(both, mean, threads);
        double[] scale = new double[n]; // 1 / standard deviation, 0 for a constant
        for (int j = 0; j < n; j++) {
            scale[j] = covariance[j][j] > 0 ? 1 / Math.sqrt(covariance[j][j]) : 0;
        }
        double[][] normal = new double[n][n];
        double[][] right = new double[n][m];
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < n; k++) {
                normal[j][k] = covariance[j][k] * scale[j] * scale[k];
            }
            normal[j][j] = 1 + RIDGE;
            for (int r = 0; r < m; r++) {
                right[j][r] = covariance[j][n + r] * scale[j];
            }
        }
        RealMatrix solution = new CholeskyDecomposition(new Array2DRowRealMatrix(normal, false), 1e-12, 0)
                .getSolver()
                .solve(new Array2DRowRealMatrix(right, false));
        double[][] matrix = new double[m][n];
        double[] bias = new double[m];
        for (int r = 0; r < m; r++) {
            bias[r] = mean[n + r];
            for (int j = 0; j < n; j++) {
                matrix[r][j] = solution.getEntry(j, r) * scale[j];
                bias[r] -= matrix[r][j] * mean[j];
            }
        }
        return new AffineRegression(matrix, bias, distortion(matrix, covariance, n, m));
    }

    private static double distortion(double[][] matrix, double[][] covariance, int n, int m) {
        double sum = 0;
        for (int r = 0; r < m; r++) {
            double error = covariance[n + r][n + r];
            for (int j = 0; j < n; j++) {
                double mapped = 0;
                for (int k = 0; k < n; k++) {
                    mapped += covariance[j][k] * matrix[r][k];
                }
                error += matrix[r][j] * (mapped - 2 * covariance[j][n + r]);
            }
            sum += Math.max(0, error);
        }
        return sum;
    }

    private static Latents concatenate(Latents q, Latents y) {
        int n = q.dim();
        int m = y.dim();
        float[] both = new float[Math.multiplyExact(q.count(), n + m)];
        for (int i = 0; i < q.count(); i++) {
            System.arraycopy(q.data(), i * n, both, i * (n + m), n);
            System.arraycopy(y.data(), i * m, both, i * (n + m) + n, m);
        }
        return Latents.of(q.count(), n + m, both);
    }

    /** {@link #matrix}, {@code [y dim x q dim]}, row-major. */
    float[] matrixAsFloats() {
        int n = matrix[0].length;
        float[] out = new float[matrix.length * n];
        for (int r = 0; r < matrix.length; r++) {
            for (int j = 0; j < n; j++) {
                out[r * n + j] = (float) matrix[r][j];
            }
        }
        return out;
    }

    /** {@link #bias}. */
    float[] biasAsFloats() {
        float[] out = new float[bias.length];
        for (int r = 0; r < out.length; r++) {
            out[r] = (float) bias[r];
        }
        return out;
    }
}
