package dev.tessera.vqmodels.lowbit;

/**
 * A weight matrix in few bits, {@code [rows x cols]}. Immutable, safe to share.
 *
 * <p>Dequantized values are exact: every step is one IEEE single-precision operation that the class states, without
 * fused
 * multiply-add, so that they have the same bits on every machine.
 */
public sealed interface QuantizedWeights
        permits ScalarWeights, Vq16Weights, PqWeights, PyramidWeights, PlaneWeights, WrappedWeights {
    /** How the codes are made; a wrapper says what it wraps. */
    WeightFormat format();

    /** Outputs of the layer. */
    int rows();

    /** Inputs of the layer. */
    int cols();

    /** Bytes of the stored tensors: codes, scales, codebooks, everything, padding included. */
    long bytes();

    /** 8 x {@link #bytes()} over the number of weights: what is really stored, scales and padding included. */
    default double bitsPerWeight() {
        return 8.0 * bytes() / ((double) rows() * cols());
    }

    /** Writes the values of {@code row} to {@code target[offset .. offset + cols)}. */
    void dequantizeRow(int row, float[] target, int offset);

    /** All values, {@code [rows x cols]}, row-major. */
    default float[] dequantize() {
        float[] values = new float[Math.multiplyExact(rows(), cols())];
        for (int row = 0; row < rows(); row++) {
            dequantizeRow(row, values, row * cols());
        }
        return values;
    }
}
