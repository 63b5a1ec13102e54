package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.Int8Weights;
import java.util.Arrays;

/**
 * Multiplies {@link Int8Weights} with a vector whose values are rounded to 8 bits as well: sums of products are exact integers,
 * and a row's scale comes last.
 *
 * <p>Error: inputs are rounded to 127 steps of the largest magnitude of each 128, which adds about 0.6 % relative to y for Gaussian
 * inputs, beside 0.9 % that 8 bits a row do to Gaussian weights.
 *
 * <p>Cost: 9 operations on vectors for as many products as a vector has bytes. Memory: the weights, rows rounded up to
 * a multiple of 128 where vectors have 512 bits (of 64 at 256).
 */
public final class Int8Matrix implements LowBitMatrix {
    private static final int ROWS_PER_TASK = 256;

    private final Int8Kernels kernels;
    private final int rows;
    private final int cols;
    private final int depth; // inputs, rounded up to pairs
    private final byte[] packed; // [tiles][depth][rows of a tile]
    private final float[] scales; // [tiles][rows of a tile]

    private Int8Matrix(Int8Kernels kernels, Int8Weights weights) {
        this.kernels = kernels;
        rows = weights.rows();
        cols = weights.cols();
        depth = (cols + 1) / 2 * 2;
        int tile = kernels.rows();
        int tiles = (rows - 1) / tile + 1;
        packed = new byte[Math.multiplyExact(Math.multiplyExact(tiles, tile), depth)];
        scales = Arrays.copyOf(weights.scales().tiled(), tiles * tile);
        byte[] codes = weights.packed();
        for (int row = 0; row < rows; row++) {
            int at = row / tile * depth * tile + kernels.place(row % tile);
            for (int col = 0; col < cols; col++) {
                packed[at + col * tile] = codes[row * cols + col];
            }
        }
    }

    public static Int8Matrix of(Int8Weights weights) {
        return of(Int8Kernels.best(), weights);
    }

    static Int8Matrix of(Int8Kernels kernels, Int8Weights weights) {
        return new Int8Matrix(kernels, weights);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int cols() {
        return cols;
    }

    @Override
    public float[] multiply(float[] x, int threads) {
        if (x.length != cols) {
            throw new IllegalArgumentException("x has " + x.length + " values, must have " + cols);
        }
        RoundedInputs inputs = RoundedInputs.of(x, depth, RoundedInputs.MOST);
        float[] y = new float[scales.length];
        int tile = kernels.rows();
        try (Workers workers = new Workers(threads)) {
            workers.runRows(
                    scales.length / tile,
                    Math.max(1, ROWS_PER_TASK / tile),
                    (from, to) -> kernels.multiply(packed, inputs, scales, y, from, to));
        }
        return y.length == rows ? y : Arrays.copyOf(y, rows);
    }
}
