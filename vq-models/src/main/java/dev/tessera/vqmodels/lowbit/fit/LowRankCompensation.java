package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SeededGaussian;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.vqmodels.lowbit.LowRankWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * Makes up for part of the quantization error by a product of low rank: the truncated singular value decomposition of
 * the error, with
 * columns weighted by the root mean square of their inputs where these are known (LQER, Zhang et al. 2024, section
 * 3.2).
 *
 * <p>The decomposition is found by subspace iteration from a fixed random start (Halko, Martinsson and Tropp 2011,
 * algorithm 4.4) with 8
 * spare directions and 12 rounds, in double. O(rounds x rows x cols x (rank + 8)).
 */
public final class LowRankCompensation {
    private static final int SPARE = 8;
    private static final int ROUNDS = 12;
    private static final int JACOBI_SWEEPS = 30;
    private static final long SEED = 1;

    /** Of the mean of the Hessian's diagonal: keeps inputs that were never seen from dividing by 0. */
    private static final double DAMPING = 0.01;

    private LowRankCompensation() {}

    /**
     * Adds the product of rank {@code rank} that is nearest to the error of {@code quantized}.
     *
     * @param rank in [1, min(rows, cols)]
     */
    public static LowRankWeights compensate(WeightMatrix weights, QuantizedWeights quantized, int rank) {
        return compensate(weights, quantized, rank, columnWeights(Optional.empty(), weights.cols()));
    }

    /** The same for the error weighted by {@code hessian}'s diagonal. */
    public static LowRankWeights compensate(
            WeightMatrix weights, QuantizedWeights quantized, int rank, Hessian hessian) {
        return compensate(weights, quantized, rank, columnWeights(Optional.of(hessian), weights.cols()));
    }

    /** What the columns of a matrix count: the root mean square of their inputs, up to a factor; 1 where nothing is known. */
    static double[] columnWeights(Optional<Hessian> hessian, int cols) {
        if (hessian.isEmpty()) {
            double[] ones = new double[cols];
            Arrays.fill(ones, 1);
            return ones;
        }
        hessian.get().requireCols(cols);
        double[] roots = hessian.get().diagonal();
        double mean = 0;
        for (double value : roots) {
            mean += value / roots.length;
        }
        for (int col = 0; col < roots.length; col++) {
            roots[col] = mean == 0 ? 1 : Math.sqrt(roots[col] + DAMPING * mean);
        }
        return roots;
    }

    private static LowRankWeights compensate(
            WeightMatrix weights, QuantizedWeights quantized, int rank, double[] columnWeights) {
        int rows = weights.rows();
        int cols = weights.cols();
        Checks.requireIn(1, Math.min(rows, cols), rank, "rank");
        float[] dequantized = quantized.dequantize();
        double[][] error = new double[rows][cols];
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols; col++) {
                error[row][col] = columnWeights[col] * ((double) weights.get(row, col) - dequantized[row * cols + col]);
            }
        }
        Product product = nearest(error, rank, columnWeights);
        return LowRankWeights.of(quantized, rank, product.left(), product.right());
    }

    /**
     * A matrix of low rank.
     *
     * @param left {@code [rows x rank]}, row-major
     * @param right {@code [rank x cols]}, row-major
     */
    record Product(float[] left, float[] right) {}

    /** The product nearest to {@code matrix [rows][cols]}, with its columns over {@code columnWeights}. */
    static Product nearest(double[][] matrix, int rank, double[] columnWeights) {
        int rows = matrix.length;
        int cols = columnWeights.length;
        double[][] basis = leadingLeft(matrix, rank); // [rank][rows], orthonormal
        float[] left = new float[rows * rank];
        float[] right = new float[rank * cols];
        for (int k = 0; k < rank; k++) {
            for (int row = 0; row < rows; row++) {
                left[row * rank + k] = (float) basis[k][row];
            }
            double[] projected = transposedTimes(matrix, basis[k]);
            for (int col = 0; col < cols; col++) {
                right[k * cols + col] = (float) (projected[col] / columnWeights[col]);
            }
        }
        return new Product(left, right);
    }

    /** The left singular vectors of the {@code rank} largest singular values, {@code [rank][rows]}. */
    private static double[][] leadingLeft(double[][] matrix, int rank) {
        int rows = matrix.length;
        int cols = matrix[0].length;
        int width = Math.min(rank + SPARE, Math.min(rows, cols));
        SeededGaussian gaussian = new SeededGaussian(new SplitMix64(SEED));
        double[][] basis = new double[width][cols];
        for (double[] vector : basis) {
            for (int col = 0; col < cols; col++) {
                vector[col] = gaussian.next();
            }
        }
        double[][] left = image(matrix, basis);
        for (int round = 0; round < ROUNDS; round++) {
            for (int k = 0; k < width; k++) {
                basis[k] = transposedTimes(matrix, left[k]);
            }
            orthonormalize(basis);
            left = image(matrix, basis);
        }
        // in the subspace: singular vectors of the small matrix left^T matrix, by its Gram matrix
        double[][] gram = new double[width][width];
        for (int k = 0; k < width; k++) {
            basis[k] = transposedTimes(matrix, left[k]);
        }
        for (int a = 0; a < width; a++) {
            for (int b = 0; b < width; b++) {
                gram[a][b] = dot(basis[a], basis[b]);
            }
        }
        double[][] turn = eigenvectors(gram); // rows, by falling eigenvalue
        double[][] leading = new double[rank][rows];
        for (int k = 0; k < rank; k++) {
            for (int a = 0; a < width; a++) {
                for (int row = 0; row < rows; row++) {
                    leading[k][row] += turn[k][a] * left[a][row];
                }
            }
        }
        return leading;
    }

    private static double[][] image(double[][] matrix, double[][] basis) {
        double[][] left = new double[basis.length][matrix.length];
        for (int row = 0; row < matrix.length; row++) {
            for (int k = 0; k < basis.length; k++) {
                left[k][row] = dot(matrix[row], basis[k]);
            }
        }
        orthonormalize(left);
        return left;
    }

    private static double[] transposedTimes(double[][] matrix, double[] vector) {
        double[] product = new double[matrix[0].length];
        for (int row = 0; row < matrix.length; row++) {
            double factor = vector[row];
            for (int col = 0; col < product.length; col++) {
                product[col] += factor * matrix[row][col];
            }
        }
        return product;
    }

    /** Gram-Schmidt, twice for each vector; what lies in the span of those before becomes 0. */
    private static void orthonormalize(double[][] vectors) {
        for (int k = 0; k < vectors.length; k++) {
            double before = Math.sqrt(dot(vectors[k], vectors[k]));
            for (int pass = 0; pass < 2; pass++) {
                for (int other = 0; other < k; other++) {
                    double along = dot(vectors[k], vectors[other]);
                    for (int i = 0; i < vectors[k].length; i++) {
                        vectors[k][i] -= along * vectors[other][i];
                    }
                }
            }
            double length = Math.sqrt(dot(vectors[k], vectors[k]));
            double factor = length > 1e-13 * before ? 1 / length : 0;
            for (int i = 0; i < vectors[k].length; i++) {
                vectors[k][i] *= factor;
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Cyclic Jacobi rotations; eigenvectors as rows, by falling eigenvalue. Destroys {@code a}. */
    private static double[][] eigenvectors(double[][] a) {
        int n = a.length;
        double[][] vectors = new double[n][n];
        for (int i = 0; i < n; i++) {
            vectors[i][i] = 1;
        }
        for (int sweep = 0; sweep < JACOBI_SWEEPS; sweep++) {
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(a, vectors, p, q);
                }
            }
        }
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> -a[i][i]));
        double[][] sorted = new double[n][];
        for (int i = 0; i < n; i++) {
            sorted[i] = vectors[order[i]];
        }
        return sorted;
    }

    /** Makes {@code a[p][q]} zero. */
    private static void rotate(double[][] a, double[][] vectors, int p, int q) {
        if (a[p][q] == 0 || Math.abs(a[p][q]) < 1e-300) {
            return;
        }
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        for (int k = 0; k < a.length; k++) {
            double kp = a[k][p];
            double kq = a[k][q];
            a[k][p] = c * kp - s * kq;
            a[k][q] = s * kp + c * kq;
        }
        for (int k = 0; k < a.length; k++) {
            double pk = a[p][k];
            double qk = a[q][k];
            a[p][k] = c * pk - s * qk;
            a[q][k] = s * pk + c * qk;
            double vp = vectors[p][k];
            double vq = vectors[q][k];
            vectors[p][k] = c * vp - s * vq;
            vectors[q][k] = s * vp + c * vq;
        }
    }
}
