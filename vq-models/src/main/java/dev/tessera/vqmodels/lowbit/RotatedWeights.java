package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * Weights whose inputs were rotated before they were quantized: W = dense x (the {@link Rotation}). A layer computes dense times the
 * rotated inputs. Immutable.
 */
public final class RotatedWeights implements WrappedWeights {
    private final QuantizedWeights dense;
    private final Rotation rotation;

    private RotatedWeights(QuantizedWeights dense, Rotation rotation) {
        this.dense = dense;
        this.rotation = rotation;
    }

    /**
     * Undoes {@code rotation} behind {@code dense}.
     *
     * @throws IllegalArgumentException when it is of another number of inputs, or sums of the weights are not finite
     */
    public static RotatedWeights of(QuantizedWeights dense, Rotation rotation) {
        GroupScales.requireLength("columns of the rotation", rotation.cols(), dense.cols());
        RotatedWeights weights = new RotatedWeights(dense, rotation);
        float[] row = new float[dense.cols()];
        for (int r = 0; r < dense.rows(); r++) {
            weights.dequantizeRow(r, row, 0);
            Checks.requireFinite(row, "rotated weights");
        }
        return weights;
    }

    /** What was quantized after the rotation. */
    @Override
    public QuantizedWeights dense() {
        return dense;
    }

    public Rotation rotation() {
        return rotation;
    }

    @Override
    public long bytes() {
        return dense.bytes() + rotation.signs().length;
    }

    /** Sums and differences of numbers that are 1, 2, 4, ... apart, then the signs. */
    @Override
    public void dequantizeRow(int row, float[] target, int offset) {
        dense.dequantizeRow(row, target, offset);
        rotation.undo(target, offset);
    }
}
