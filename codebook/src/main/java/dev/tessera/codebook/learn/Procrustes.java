package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.Workers;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/** The orthogonal Procrustes problem (Schoenemann 1966). */
final class Procrustes {
    private static final int STRIPE = 16; // rows of the product that one task sums

    private Procrustes() {}

    /**
     * The orthogonal R that makes the sum of |R x - y|^2 smallest: with the singular value decomposition U S V^T of the
     * sum of y x^T it is U V^T. O(count x dim^2 + dim^3), in double.
     *
     * @param x {@code [count x dim]}
     * @param y {@code [count x dim]}
     * @return {@code [dim x dim]}, row-major
     */
    static float[] rotation(float[] x, float[] y, int dim, Workers workers) {
        double[][] product = new double[dim][dim];
        int count = x.length / dim;
        workers.runRows(dim, STRIPE, (from, to) -> {
            double[] row = new double[dim];
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < dim; k++) {
                    row[k] = x[i * dim + k];
                }
                for (int r = from; r < to; r++) {
                    addScaled(y[i * dim + r], row, product[r]);
                }
            }
        });
        SingularValueDecomposition svd = new SingularValueDecomposition(new Array2DRowRealMatrix(product, false));
        RealMatrix best = svd.getU().multiply(svd.getVT());
        float[] rotation = new float[dim * dim];
        for (int r = 0; r < dim; r++) {
            for (int k = 0; k < dim; k++) {
                rotation[r * dim + k] = (float) best.getEntry(r, k);
            }
        }
        return rotation;
    }

    private static void addScaled(double factor, double[] row, double[] sums) {
        for (int k = 0; k < sums.length; k++) {
            sums[k] += factor * row[k];
        }
    }
}
