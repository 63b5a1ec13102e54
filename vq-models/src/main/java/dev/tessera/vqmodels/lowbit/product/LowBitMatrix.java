package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.kernels.LayerKernels;
import dev.tessera.vqmodels.lowbit.BinaryWeights;
import dev.tessera.vqmodels.lowbit.Int8Weights;
import dev.tessera.vqmodels.lowbit.IntWeights;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.TernaryWeights;
import dev.tessera.vqmodels.lowbit.Vq16Weights;
import java.util.Arrays;

/**
 * Weights that multiply vectors in the bits in which they are stored: y = W x, W {@code [rows x cols]}. Immutable, safe to share.
 * The same bits for any lane width and number of threads.
 */
public abstract sealed class LowBitMatrix permits Int8Matrix, IntMatrix, LookupMatrix, PqMatrix {
    private final int rows;
    private final int cols;

    LowBitMatrix(QuantizedWeights weights) {
        rows = weights.rows();
        cols = weights.cols();
    }

    /**
     * The product that fits the format.
     *
     * @param weights int8, int4, int3, int2, ternary, binary, vq16 or pq
     * @throws IllegalArgumentException when the weights are of another format, or code vectors change within 16 rows
     */
    public static LowBitMatrix of(QuantizedWeights weights) {
        return switch (weights) {
            case Int8Weights int8 -> Int8Matrix.of(int8);
            case IntWeights ints -> IntMatrix.of(ints);
            case TernaryWeights ternary -> IntMatrix.of(ternary);
            case PqWeights pq -> PqMatrix.of(pq);
            case BinaryWeights _, Vq16Weights _ -> LookupMatrix.of(weights);
            default ->
                throw new IllegalArgumentException("weights are "
                        + weights.format().formatName()
                        + ", must be int8, int4, int3, int2, ternary, binary, vq16 or pq");
        };
    }

    /** Outputs. */
    public final int rows() {
        return rows;
    }

    /** Inputs. */
    public final int cols() {
        return cols;
    }

    /**
     * W x, by integers or tables: the class says what inputs lose.
     *
     * @param x {@code [cols]}, finite
     * @param threads at least 1
     * @return {@code [rows]}
     */
    public final float[] multiply(float[] x, int threads) {
        requireLength(x.length, cols);
        int tile = tileRows();
        float[] y = new float[Math.ceilDiv(rows, tile) * tile];
        try (Workers workers = new Workers(threads)) {
            multiply(x, y, workers);
        }
        return y.length == rows ? y : Arrays.copyOf(y, rows);
    }

    /**
     * W x for each x of a batch, by the values that {@link QuantizedWeights#dequantizeRow} gives: inputs are not rounded, in a batch
     * of one neither, so that the only error is that of the weights. A sum starts at 0 and is one of fused multiply-adds in
     * single precision, inputs ascending.
     *
     * <p>Cost: that of a product in floats, and for each 256 vectors dequantizing all weights once, as much as multiplying 5 to 10
     * of them, of {@code pq} 90. {@link #multiply(float[], int)} of each rounds inputs, and is faster below 16 to 50 vectors, of 1 bit a
     * weight always. Memory: up to 256 vectors of the batch once more, and 256 inputs of a few rows in floats for each thread.
     *
     * @param x {@code [count x cols]}, row-major
     * @param count at least 1, and such that the result fits an array
     * @param threads at least 1
     * @return {@code [count x rows]}, row-major
     */
    public final float[] multiply(float[] x, int count, int threads) {
        return multiply(LayerKernels.best(), x, count, threads);
    }

    final float[] multiply(LayerKernels layers, float[] x, int count, int threads) {
        int most = Integer.MAX_VALUE / rows;
        if (count < 1 || count > most) {
            throw new IllegalArgumentException("count is " + count + ", must be in [1, " + most + "]");
        }
        requireLength(x.length, (long) count * cols);
        return new PanelProduct(layers, rows, cols, this::panel).multiply(x, count, threads);
    }

    static void requireLength(int found, long expected) {
        if (found != expected) {
            throw new IllegalArgumentException("x has " + found + " values, must have " + expected);
        }
    }

    /** Outputs that are worked out together. */
    abstract int tileRows();

    /** @param y {@code [rows]}, rounded up to tiles; 0 */
    abstract void multiply(float[] x, float[] y, Workers workers);

    /** {@link PanelProduct.Source#fill}. */
    abstract void panel(int row, int from, int to, int columns, float[] panel);
}
