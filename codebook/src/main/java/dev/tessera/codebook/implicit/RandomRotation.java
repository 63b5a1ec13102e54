package dev.tessera.codebook.implicit;

import dev.tessera.codebook.internal.SeededGaussian;
import java.util.Arrays;

/**
 * An orthogonal matrix drawn uniformly (Haar measure): the rows of a matrix of normal numbers, drawn row by row from
 * the seed, made orthonormal by Gram-Schmidt in double precision, each row twice so that rounding leaves no part of the
 * rows before it. The same seed gives the same bits on every machine.
 *
 * <p>O(dim^3) time to make, 16 dim^2 bytes of memory. Immutable.
 */
public final class RandomRotation {
    private static final int MAX_DIM = 4096;

    private final double[][] rows;
    private final double[][] columns;

    /** @param dim in {@code [1, 4096]} */
    public RandomRotation(int dim, long seed) {
        if (dim < 1 || dim > MAX_DIM) {
            throw new IllegalArgumentException("dim is " + dim + ", must be in [1, " + MAX_DIM + "]");
        }
        SeededGaussian gaussian = new SeededGaussian(seed);
        this.rows = new double[dim][dim];
        for (double[] row : rows) {
            Arrays.setAll(row, d -> gaussian.next());
        }
        for (int i = 0; i < dim; i++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < i; j++) {
                    subtract(rows[i], dot(rows[i], rows[j]), rows[j]);
                }
            }
            double norm = Math.sqrt(dot(rows[i], rows[i]));
            for (int d = 0; d < dim; d++) {
                rows[i][d] /= norm;
            }
        }
        this.columns = new double[dim][dim];
        for (int i = 0; i < dim; i++) {
            for (int d = 0; d < dim; d++) {
                columns[d][i] = rows[i][d];
            }
        }
    }

    public int dim() {
        return rows.length;
    }

    /** The entry in {@code row} and {@code column}. */
    public double get(int row, int column) {
        return rows[row][column];
    }

    /** Writes R x into {@code out}; both {@code [dim]}, not the same array. */
    void apply(double[] x, double[] out) {
        multiply(columns, x, out);
    }

    /** Writes R^T y into {@code out}; both {@code [dim]}, not the same array. */
    void applyTransposed(double[] y, double[] out) {
        multiply(rows, y, out);
    }

    /** Sum over k of weights[k] vectors[k], in order of k; indexed by j alone so that the inner loop vectorizes. */
    private static void multiply(double[][] vectors, double[] weights, double[] out) {
        Arrays.fill(out, 0);
        for (int k = 0; k < weights.length; k++) {
            double weight = weights[k];
            double[] vector = vectors[k];
            for (int j = 0; j < out.length; j++) {
                out[j] += weight * vector[j];
            }
        }
    }

    private static void subtract(double[] target, double factor, double[] vector) {
        for (int d = 0; d < target.length; d++) {
            target[d] -= factor * vector[d];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }
}
