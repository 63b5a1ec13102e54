package dev.tessera.vqmodels.lowbit.fit;

/** Normal equations of the small problems that methods solve in between. */
final class LeastSquares {
    private static final double RIDGE = 1e-6;

    private LeastSquares() {}

    /**
     * Solves A x = b by a Cholesky factorization, after a millionth of each number of the diagonal of A was added to it, so that
     * what no equation says stays near 0. O(n^3).
     *
     * @param a symmetric, at least semidefinite, of which the lower triangle is read and overwritten
     * @param b overwritten by x
     */
    static void solve(double[][] a, double[] b) {
        int n = b.length;
        for (int i = 0; i < n; i++) {
            a[i][i] = a[i][i] > 0 ? a[i][i] * (1 + RIDGE) : 1;
            double diagonal = a[i][i];
            for (int j = 0; j < i; j++) {
                a[i][j] = (a[i][j] - dot(a[i], a[j], j)) / a[j][j];
            }
            double pivot = diagonal - dot(a[i], a[i], i);
            // what is left when an equation follows from those before it is rounding: let its unknown be 0
            a[i][i] = pivot > RIDGE * RIDGE * diagonal ? Math.sqrt(pivot) : Double.MAX_VALUE;
        }
        for (int i = 0; i < n; i++) {
            b[i] = (b[i] - dot(a[i], b, i)) / a[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            b[i] /= a[i][i];
            for (int j = 0; j < i; j++) {
                b[j] -= a[i][j] * b[i];
            }
        }
    }

    /**
     * Lowers x A x / 2 - b x from x = 0 by Gauss-Seidel sweeps, for problems that are too large to be solved every time. O(sweeps x n^2).
     *
     * @param a symmetric, at least semidefinite, of which the lower triangle is read
     * @param b overwritten by x
     */
    static void relax(double[][] a, double[] b, int sweeps) {
        int n = b.length;
        double[] x = new double[n];
        for (int sweep = 0; sweep < sweeps; sweep++) {
            for (int i = 0; i < n; i++) {
                double step = a[i][i] > 0 ? b[i] / a[i][i] : 0;
                x[i] += step;
                for (int j = 0; step != 0 && j < n; j++) {
                    b[j] -= step * (j < i ? a[i][j] : a[j][i]);
                }
            }
        }
        System.arraycopy(x, 0, b, 0, n);
    }

    private static double dot(double[] a, double[] b, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
