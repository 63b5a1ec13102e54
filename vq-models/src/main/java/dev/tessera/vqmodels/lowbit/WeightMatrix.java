package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * A weight matrix in full precision. A row makes one output: a layer computes y = W x.
 *
 * @param rows outputs, at least 1
 * @param cols inputs, at least 1
 * @param values {@code [rows x cols]}, row-major, finite; shared, not copied, not to be written any more
 */
public record WeightMatrix(int rows, int cols, float[] values) {
    public WeightMatrix {
        Checks.requireAtLeast(1, rows, "rows");
        Checks.requireAtLeast(1, cols, "cols");
        if (values.length != (long) rows * cols) {
            throw new IllegalArgumentException("values has " + values.length + " numbers, must have rows x cols = "
                    + rows + " x " + cols + " = " + (long) rows * cols);
        }
        Checks.requireFinite(values, "values");
    }

    public float get(int row, int col) {
        return values[row * cols + col];
    }
}
