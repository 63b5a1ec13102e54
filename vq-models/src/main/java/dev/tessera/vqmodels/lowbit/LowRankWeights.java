package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * Weights in few bits plus a product of two thin matrices that makes up for much of the error (LQER, Zhang et al.
 * 2024): W = dense +
 * left x right. A layer computes dense x + left (right x). Immutable.
 */
public final class LowRankWeights implements WrappedWeights {
    private final QuantizedWeights dense;
    private final int rank;
    private final HalfFloats left;
    private final HalfFloats right;

    LowRankWeights(QuantizedWeights dense, int rank, HalfFloats left, HalfFloats right) {
        Checks.requireIn(1, Math.min(dense.rows(), dense.cols()), rank, "rank");
        GroupScales.requireLength("left", left.values().length, (long) dense.rows() * rank);
        GroupScales.requireLength("right", right.values().length, (long) rank * dense.cols());
        this.dense = dense;
        this.rank = rank;
        this.left = left;
        this.right = right;
    }

    /**
     * Adds a product to {@code dense}.
     *
     * @param rank in [1, min(rows, cols)]
     * @param left {@code [rows x rank]}, row-major; rounded to 16 bits
     * @param right {@code [rank x cols]}, row-major; rounded to 16 bits
     */
    public static LowRankWeights of(QuantizedWeights dense, int rank, float[] left, float[] right) {
        return new LowRankWeights(dense, rank, HalfFloats.of(left), HalfFloats.of(right));
    }

    /** What the product is added to. */
    @Override
    public QuantizedWeights dense() {
        return dense;
    }

    public int rank() {
        return rank;
    }

    /** {@code [rows x rank]}, row-major; not a copy, do not write. */
    public float[] left() {
        return left.values();
    }

    /** {@code [rank x cols]}, row-major; not a copy, do not write. */
    public float[] right() {
        return right.values();
    }

    HalfFloats storedLeft() {
        return left;
    }

    HalfFloats storedRight() {
        return right;
    }

    @Override
    public long bytes() {
        return dense.bytes() + 2L * (left.values().length + right.values().length) + 2 * 4;
    }

    /** Adds the products of rank 0, 1, ... one after the other. */
    @Override
    public void dequantizeRow(int row, float[] target, int offset) {
        dense.dequantizeRow(row, target, offset);
        int cols = cols();
        for (int k = 0; k < rank; k++) {
            float factor = left.values()[row * rank + k];
            for (int col = 0; col < cols; col++) {
                target[offset + col] += factor * right.values()[k * cols + col];
            }
        }
    }
}
