package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.ScaleGrid;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Arrays;

/**
 * The weights w of one output while codes and scales of its values q are moved such that the squared output error
 * (w - q) S (w - q) falls, S the sum of x x^T over calibration inputs.
 */
final class RowDescent {
    private final Hessian hessian;
    private final ScalarFormat format;
    private final int length; // of a group
    private final double[] w;
    private final byte[] codes;
    private final float[] scales; // [groups]
    private final byte[] zeros; // [groups], empty when not affine
    private final double[] q;
    private final double[] pull; // S (w - q)

    /** The arrays of codes, scales and zero codes are those of the row, and are changed. */
    RowDescent(
            Hessian hessian,
            ScalarFormat format,
            WeightMatrix weights,
            int row,
            byte[] codes,
            float[] scales,
            byte[] zeros) {
        int cols = weights.cols();
        this.hessian = hessian;
        this.format = format;
        this.length = format.groupLength(cols);
        this.w = new double[cols];
        this.codes = codes;
        this.scales = scales;
        this.zeros = zeros;
        this.q = new double[cols];
        this.pull = new double[cols];
        for (int col = 0; col < cols; col++) {
            w[col] = weights.get(row, col);
        }
        restart();
    }

    /** What {@code row} has of the {@code count} numbers of each; of none, none. */
    static byte[] part(byte[] all, int row, int count) {
        return all.length == 0 ? all : Arrays.copyOfRange(all, row * count, (row + 1) * count);
    }

    /** Takes q from codes and scales. */
    private void restart() {
        Arrays.fill(pull, 0);
        for (int col = 0; col < w.length; col++) {
            q[col] = value(col);
            move(col, q[col] - w[col]);
        }
    }

    private double value(int col) {
        int group = col / length;
        return scales[group] * (format.level(codes[col] & 0xFF) - zero(group));
    }

    private float zero(int group) {
        return format.zero(zeros.length == 0 ? 0 : zeros[group] & 0xFF);
    }

    private void move(int col, double step) {
        double[] s = hessian.row(col);
        for (int k = 0; step != 0 && k < pull.length; k++) {
            pull[k] -= step * s[k];
        }
    }

    /** Every weight in turn takes the level that is best while all others stand still; whether one changed. */
    boolean sweep() {
        boolean changed = false;
        for (int col = 0; col < w.length; col++) {
            double own = hessian.row(col)[col];
            if (own > 0) {
                int group = col / length;
                byte code = (byte) GroupFitter.code(format, q[col] + pull[col] / own, scales[group], zero(group));
                changed |= code != codes[col];
                codes[col] = code;
                double step = value(col) - q[col];
                q[col] += step;
                move(col, step);
            }
        }
        return changed;
    }

    /** The squared output error of the row. */
    double error() {
        double sum = 0;
        for (int col = 0; col < w.length; col++) {
            sum += (w[col] - q[col]) * pull[col];
        }
        return sum;
    }

    /**
     * The scales, and zero points where there are some, of least squared output error under these codes, all at once: with {@code q =
     * scale x level - offset} a linear problem. They are then put on the grid, and taken back if that did not lower the error. O(cols^2).
     */
    void refit(ScaleGrid grid) {
        int groups = scales.length;
        int kinds = format.affine() ? 2 : 1;
        double[][] products = new double[groups * kinds][];
        double[] steps = new double[groups * kinds];
        for (int i = 0; i < steps.length; i++) {
            products[i] = new double[i + 1];
            double[] spread = new double[w.length]; // S times the direction
            for (int col = begin(i); col < end(i); col++) {
                double d = direction(i, col);
                double[] s = hessian.row(col);
                for (int k = 0; k < end(i); k++) {
                    spread[k] += d * s[k];
                }
                steps[i] += d * pull[col];
            }
            for (int j = 0; j <= i; j++) {
                for (int col = begin(j); col < end(j); col++) {
                    products[i][j] += direction(j, col) * spread[col];
                }
            }
        }
        LeastSquares.solve(products, steps);
        double before = error();
        float[] oldScales = scales.clone();
        byte[] oldZeros = zeros.clone();
        for (int g = 0; g < groups; g++) {
            double offset = (double) scales[g] * zero(g) + (format.affine() ? steps[2 * g + 1] : 0);
            scales[g] = grid.snap(scales[g] + steps[kinds * g]);
            if (format.affine()) {
                zeros[g] = (byte) GroupFitter.zeroCode(format, offset, scales[g]);
            }
        }
        restart();
        if (!(error() < before)) {
            System.arraycopy(oldScales, 0, scales, 0, groups);
            System.arraycopy(oldZeros, 0, zeros, 0, zeros.length);
            restart();
        }
    }

    private int begin(int direction) {
        return (format.affine() ? direction / 2 : direction) * length;
    }

    private int end(int direction) {
        return Math.min(begin(direction) + length, w.length);
    }

    /** How q moves with a scale, or with the offset of an affine group. */
    private double direction(int direction, int col) {
        if (format.affine()) {
            return direction % 2 == 1 ? -1 : format.level(codes[col] & 0xFF);
        }
        return format.level(codes[col] & 0xFF) - zero(direction);
    }
}
