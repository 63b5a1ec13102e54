package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.Rotation;
import dev.tessera.vqmodels.lowbit.WeightMatrix;

/**
 * What calibration inputs say about a layer y = W x: the sum of x x^T over the inputs x. Up to a factor it is the
 * Hessian of the squared
 * output error for every row of W (Frantar et al. 2022, section 3). Double precision, immutable.
 */
public final class Hessian {
    private static final int STRIPE = 8; // rows that one task sums

    private final int cols;
    private final double[][] sums; // [cols][cols], symmetric

    private Hessian(int cols, double[][] sums) {
        this.cols = cols;
        this.sums = sums;
    }

    /**
     * Of calibration inputs; the same for any number of threads. O(n x cols^2) time, cols^2 doubles.
     *
     * @param cols inputs of the layer, at least 1
     * @param inputs {@code [n x cols]}, row-major, finite; n at least 1
     * @param threads at least 1
     */
    public static Hessian of(int cols, float[] inputs, int threads) {
        Checks.requireAtLeast(1, cols, "cols");
        if (inputs.length == 0 || inputs.length % cols != 0) {
            throw new IllegalArgumentException(
                    "inputs has " + inputs.length + " numbers, must have a positive multiple of cols = " + cols);
        }
        Checks.requireFinite(inputs, "inputs");
        double[][] sums = new double[cols][cols];
        int n = inputs.length / cols;
        try (Workers workers = new Workers(threads)) {
            workers.runRows(cols, STRIPE, (from, to) -> {
                for (int i = 0; i < n; i++) {
                    for (int a = from; a < to; a++) {
                        addScaled(inputs[i * cols + a], inputs, i * cols, a, sums[a]);
                    }
                }
            });
        }
        for (int a = 0; a < cols; a++) {
            for (int b = 0; b < a; b++) {
                sums[a][b] = sums[b][a];
            }
        }
        return new Hessian(cols, sums);
    }

    private static void addScaled(double factor, float[] inputs, int offset, int from, double[] sums) {
        if (factor == 0) {
            return;
        }
        for (int b = from; b < sums.length; b++) {
            sums[b] += factor * inputs[offset + b];
        }
    }

    /** That of both sets of inputs together. */
    public Hessian plus(Hessian other) {
        requireCols(other.cols);
        double[][] both = new double[cols][cols];
        for (int a = 0; a < cols; a++) {
            for (int b = 0; b < cols; b++) {
                both[a][b] = sums[a][b] + other.sums[a][b];
            }
        }
        return new Hessian(cols, both);
    }

    /** That of the inputs after {@code rotation}. O(cols^2 log cols). */
    public Hessian rotated(Rotation rotation) {
        requireCols(rotation.cols());
        double[][] once = new double[cols][];
        for (int a = 0; a < cols; a++) {
            once[a] = sums[a].clone();
            rotation.rotate(once[a]);
        }
        double[][] twice = new double[cols][cols];
        double[] column = new double[cols];
        for (int b = 0; b < cols; b++) {
            for (int a = 0; a < cols; a++) {
                column[a] = once[a][b];
            }
            rotation.rotate(column);
            for (int a = 0; a <= b; a++) { // one half and its mirror image, so that rounding leaves it symmetric
                twice[a][b] = column[a];
                twice[b][a] = column[a];
            }
        }
        return new Hessian(cols, twice);
    }

    /** Inputs of the layer. */
    public int cols() {
        return cols;
    }

    public double get(int a, int b) {
        return sums[a][b];
    }

    /** How much each input matters by itself, {@code [cols]}: the sum of its squares. */
    public double[] diagonal() {
        double[] diagonal = new double[cols];
        for (int a = 0; a < cols; a++) {
            diagonal[a] = sums[a][a];
        }
        return diagonal;
    }

    /**
     * The squared output error, summed over calibration inputs and rows: the sum of |W x - Q x|^2. O(rows x cols^2).
     *
     * @param approximation Q, {@code [rows x cols]}, row-major
     */
    public double outputError(WeightMatrix weights, float[] approximation) {
        requireCols(weights.cols());
        double total = 0;
        double[] error = new double[cols];
        for (int row = 0; row < weights.rows(); row++) {
            for (int a = 0; a < cols; a++) {
                error[a] = (double) weights.get(row, a) - approximation[row * cols + a];
            }
            for (int a = 0; a < cols; a++) {
                total += error[a] * dot(sums[a], error);
            }
        }
        return total;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Row {@code a}; not a copy. */
    double[] row(int a) {
        return sums[a];
    }

    void requireCols(int found) {
        if (found != cols) {
            throw new IllegalArgumentException("cols is " + found + ", must be that of the Hessian, " + cols);
        }
    }
}
