package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;
import java.util.SplittableRandom;

/**
 * Signs, then Hadamard transforms: a rotation of the inputs of a layer that makes all of them matter alike and leaves no outliers
 * among the weights (QuIP#, Tseng et al. 2024; QuaRot, Ashkboos et al. 2024). Neither transform has a factor, so that a rotation is
 * sums and differences only. Immutable.
 *
 * <p>The inputs are cut into blocks, each the largest power of two that still fits (192 = 128 + 64), so that any number of them can
 * be rotated. With D the signs on a diagonal, H the transforms and N the length of the block of each input, H H = N: weights W are
 * V H D with V = W D H / N, and W x is V times {@code H D x}.
 */
public final class Rotation {
    private final int cols;
    private final byte[] signs;

    /**
     * @param cols inputs, at least 1
     * @param signs {@code [ceil(cols / 8)]}: bit {@code i % 8} of byte {@code i / 8} is set where input i is negated
     */
    Rotation(int cols, byte[] signs) {
        this.cols = Checks.requireAtLeast(1, cols, "cols");
        GroupScales.requireLength("signs", signs.length, (cols + 7L) / 8);
        this.signs = signs;
    }

    /** One with random signs. */
    public static Rotation random(int cols, long seed) {
        byte[] signs = new byte[(Checks.requireAtLeast(1, cols, "cols") - 1) / 8 + 1];
        SplittableRandom random = new SplittableRandom(seed);
        for (int col = 0; col < cols; col++) {
            signs[col >> 3] |= (byte) (random.nextInt(2) << (col & 7));
        }
        return new Rotation(cols, signs);
    }

    public int cols() {
        return cols;
    }

    byte[] signs() {
        return signs;
    }

    /** Whether the input {@code col} is negated. */
    public boolean negates(int col) {
        return (signs[col >> 3] >> (col & 7) & 1) != 0;
    }

    /** Replaces a row of V, at {@code offset}, by that of W = V H D: log2(length of the block) sums for each number. */
    void undo(float[] row, int offset) {
        for (int from = 0; from < cols; from += block(from)) {
            int size = block(from);
            for (int half = 1; half < size; half *= 2) {
                for (int i = 0; i < size; i++) {
                    if ((i & half) == 0) {
                        int at = offset + from + i;
                        float a = row[at];
                        float b = row[at + half];
                        row[at] = a + b;
                        row[at + half] = a - b;
                    }
                }
            }
        }
        for (int col = 0; col < cols; col++) {
            if (negates(col)) {
                row[offset + col] = -row[offset + col];
            }
        }
    }

    /** Replaces inputs by {@code H D x}. */
    public void rotate(double[] x) {
        GroupScales.requireLength("x", x.length, cols);
        for (int col = 0; col < cols; col++) {
            if (negates(col)) {
                x[col] = -x[col];
            }
        }
        for (int from = 0; from < cols; from += block(from)) {
            int size = block(from);
            for (int half = 1; half < size; half *= 2) {
                for (int i = from; i < from + size; i++) {
                    if ((i - from & half) == 0) {
                        double a = x[i];
                        double b = x[i + half];
                        x[i] = a + b;
                        x[i + half] = a - b;
                    }
                }
            }
        }
    }

    /** V of the weights W. */
    public WeightMatrix rotate(WeightMatrix weights) {
        GroupScales.requireLength("weights of a row", weights.cols(), cols);
        float[] rotated = new float[weights.values().length];
        double[] row = new double[cols];
        for (int r = 0; r < weights.rows(); r++) {
            for (int col = 0; col < cols; col++) {
                row[col] = weights.get(r, col);
            }
            rotate(row);
            for (int from = 0; from < cols; from += block(from)) {
                for (int col = from; col < from + block(from); col++) {
                    rotated[r * cols + col] = (float) (row[col] / block(from));
                }
            }
        }
        return new WeightMatrix(weights.rows(), cols, rotated);
    }

    /** Length of the block that begins at {@code from}. */
    public int block(int from) {
        return Integer.highestOneBit(cols - from);
    }
}
