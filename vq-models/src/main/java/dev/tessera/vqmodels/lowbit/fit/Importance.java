package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.vqmodels.lowbit.WeightMatrix;

/**
 * How much the squared error of a weight matters: the same for all, one number an input, or one number a weight.
 * Numbers are finite and
 * at least 0; only their ratios count.
 */
public final class Importance {
    /** All weights matter alike. */
    public static final Importance EQUAL = new Importance(new float[0], 0);

    private final float[] values;
    private final int period; // numbers before they repeat

    private Importance(float[] values, int period) {
        this.values = values;
        this.period = period;
        Checks.requireFinite(values, "importance");
        for (float value : values) {
            Checks.requireIn(0, Float.MAX_VALUE, value, "importance");
        }
    }

    /** An input matters by the sum of its squares: the error of the output if the inputs were uncorrelated. */
    public static Importance of(Hessian hessian) {
        return ofInputs(hessian.diagonal());
    }

    static Importance ofInputs(double[] diagonal) {
        double largest = 0;
        for (double value : diagonal) {
            largest = Math.max(largest, value);
        }
        float[] values = new float[diagonal.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = largest == 0 ? 1 : (float) (diagonal[i] / largest);
        }
        return new Importance(values, values.length);
    }

    /**
     * One number a weight, such as the mean squared gradient, the diagonal of the Fisher information (SqueezeLLM, Kim
     * et al. 2024,
     * section 4.1).
     *
     * @param values {@code [rows x cols]}, row-major
     */
    public static Importance ofWeights(float[] values) {
        return new Importance(values.clone(), values.length);
    }

    void requireFits(WeightMatrix weights) {
        if (period != 0 && period != weights.cols() && period != weights.values().length) {
            throw new IllegalArgumentException("importance has " + period + " numbers, must have one an input, "
                    + weights.cols() + ", or one a weight, " + weights.values().length);
        }
    }

    double get(WeightMatrix weights, int row, int col) {
        if (period == 0) {
            return 1;
        }
        return values[period == weights.cols() ? col : row * weights.cols() + col];
    }
}
