package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/** The upper triangular U with U^T U = H^-1, which GPTQ walks along. */
final class InverseFactor {
    private static final int STRIPE = 16;

    private InverseFactor() {}

    /**
     * With H = R R^T, R upper triangular (a Cholesky factorization from the last row up), U is the inverse of R, so
     * that H^-1 itself is
     * never formed. O(cols^3).
     *
     * @param order U is that of H with rows and columns in this order
     * @param damping this part of the mean of the diagonal is added to the diagonal, above 0
     * @return {@code [cols][cols]}, rows of U
     */
    static double[][] of(Hessian hessian, int[] order, double damping, Workers workers) {
        int n = order.length;
        double mean = Arrays.stream(hessian.diagonal()).sum() / n;
        double ridge = mean == 0 ? 1 : damping * mean;
        double[][] r = new double[n][n];
        for (int i = 0; i < n; i++) {
            double[] row = hessian.row(order[i]);
            for (int j = i; j < n; j++) {
                r[i][j] = row[order[j]];
            }
            // an input that never was anything else than 0 must not divide by 0; its row and column are 0 besides
            r[i][i] = r[i][i] == 0 ? 1 : r[i][i] + ridge;
        }
        factor(r, workers);
        double[][] u = new double[n][n];
        workers.runRows(n, STRIPE, (from, to) -> {
            for (int i = from; i < to; i++) {
                solve(r, i, u[i]);
            }
        });
        return u;
    }

    /** Replaces the upper triangle of H by R. */
    private static void factor(double[][] r, Workers workers) {
        for (int last = r.length - 1; last >= 0; last--) {
            int j = last;
            double[] pivotRow = r[j];
            double pivot = pivotRow[j] - dot(pivotRow, pivotRow, j + 1);
            if (!(pivot > 0)) {
                throw new IllegalArgumentException("damping is too small: the Hessian is not positive definite");
            }
            double root = Math.sqrt(pivot);
            pivotRow[j] = root;
            workers.runRows(j, 4 * STRIPE, (from, to) -> {
                for (int i = from; i < to; i++) {
                    r[i][j] = (r[i][j] - dot(r[i], pivotRow, j + 1)) / root;
                }
            });
        }
    }

    private static double dot(double[] a, double[] b, int from) {
        double sum = 0;
        for (int k = from; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    /** Row {@code i} of the inverse: u R = e_i. */
    private static void solve(double[][] r, int i, double[] u) {
        u[i] = 1;
        for (int k = i; k < u.length; k++) {
            u[k] /= r[k][k];
            double factor = u[k];
            for (int j = k + 1; j < u.length; j++) {
                u[j] -= factor * r[k][j];
            }
        }
    }
}
