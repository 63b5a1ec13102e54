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
 * a multiple of 64 where vectors have 512 bits (of 32 at 256).
 */
public final class Int8Matrix extends LowBitMatrix {
    private final Int8Kernels kernels;
    private final int depth; // inputs, rounded up to pairs
    private final byte[] packed; // [tiles][depth][rows of a tile]
    private final float[] scales; // [tiles][rows of a tile]

    private Int8Matrix(Int8Kernels kernels, Int8Weights weights) {
        super(weights);
        this.kernels = kernels;
        int rows = weights.rows();
        int cols = weights.cols();
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
    int tileRows() {
        return kernels.rows();
    }

    @Override
    void multiply(float[] x, float[] y, Workers workers) {
        RoundedInputs inputs = RoundedInputs.of(x, depth, RoundedInputs.MOST);
        kernels.runTiles(workers, y.length, (from, to) -> kernels.multiply(packed, inputs, scales, y, from, to));
    }

    @Override
    void panel(int row, int from, int to, int columns, float[] panel) {
        int tile = kernels.rows();
        int half = kernels.lanes() / 2;
        for (int r = row; r < Math.min(row + columns, scales.length); r += half) {
            int at = (r / tile * depth + from) * tile + kernels.place(r % tile);
            kernels.panel(packed, at, to - from, scales, r, panel, r - row, columns);
        }
    }
}
