package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.IntWeights;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.TernaryWeights;

/**
 * Multiplies {@link IntWeights} and {@link TernaryWeights} with a vector whose values are rounded to 8 bits: sums of products are
 * exact integers.
 *
 * <p>Error: inputs are rounded to 127 steps of the largest magnitude of each 128, or of fewer that share the scale of weights,
 * which adds about 0.6 % relative to y for Gaussian inputs, small beside what 4 bits do to the weights (10 %).
 *
 * <p>Cost: 12 operations on vectors for as many products as a vector has nibbles, of codes of 2 bits 24 for twice as many.
 * Memory: 4 or 2 bits a weight, of 3 bits 4, rows rounded up to a multiple of 64 where vectors have 512 bits (of 32 at 256), and 8 bytes a group. {@link
 * LookupMatrix} takes weights as they are stored, and longer.
 */
public final class IntMatrix extends LowBitMatrix {
    private final IntKernels kernels;
    private final int depth; // inputs, rounded up to blocks
    private final int length; // of a step of inputs
    private final int stepsOfGroup;
    private final int group; // inputs that share a scale, all of them those of the depth
    private final int groups;
    private final byte[] packed; // [tiles][depth / lane inputs][rows of a tile][2]
    private final float[] scales; // [tiles][groups][rows of a tile]
    private final float[] zeros; // the same

    private IntMatrix(IntKernels kernels, ScalarWeights weights) {
        super(weights);
        this.kernels = kernels;
        int rows = weights.rows();
        int cols = weights.cols();
        int block = IntKernels.BLOCK;
        depth = (cols + block - 1) / block * block;
        groups = weights.scales().groups();
        group = groups == 1 ? depth : weights.scalarFormat().groupLength(cols);
        length = groups == 1 ? RoundedInputs.MOST : stepLength(group);
        stepsOfGroup = (group - 1) / length + 1;
        int tile = kernels.rows();
        int tiles = (rows - 1) / tile + 1;
        packed = new byte[Math.multiplyExact(Math.multiplyExact(tiles, tile), depth / kernels.laneInputs() * 2)];
        scales = new float[tiles * tile * groups];
        zeros = new float[scales.length];
        for (int row = 0; row < rows; row++) {
            for (int g = 0; g < groups; g++) {
                int at = (row / tile * groups + g) * tile + row % tile;
                scales[at] = weights.scales().get(row, g);
                zeros[at] = weights instanceof TernaryWeights ? 1 : weights.zero(row, g); // code 1 is level 0
            }
            pack(weights, row, row / tile, kernels.place(row % tile), tile);
        }
    }

    /** The most inputs that steps may share such that no step reaches into the next group. */
    private static int stepLength(int group) {
        int length = RoundedInputs.MOST;
        while (group % length != 0) {
            length -= IntKernels.BLOCK;
        }
        return length;
    }

    private void pack(ScalarWeights weights, int row, int tile, int lane, int tileRows) {
        int bits = kernels.bits();
        for (int col = 0; col < weights.cols(); col++) {
            int lanes = (tile * depth + col) / kernels.laneInputs() * tileRows + lane;
            int shift = col % kernels.laneInputs() * bits;
            packed[2 * lanes + shift / Byte.SIZE] |= (byte) (weights.code(row, col) << shift % Byte.SIZE);
        }
    }

    public static IntMatrix of(IntWeights weights) {
        return of(IntKernels.best(weights.planes() == 2 ? 2 : 4), weights);
    }

    public static IntMatrix of(TernaryWeights weights) {
        return of(IntKernels.best(2), weights);
    }

    static IntMatrix of(IntKernels kernels, ScalarWeights weights) {
        return new IntMatrix(kernels, weights);
    }

    @Override
    int tileRows() {
        return kernels.rows();
    }

    @Override
    void multiply(float[] x, float[] y, Workers workers) {
        RoundedInputs inputs = RoundedInputs.of(x, depth, length);
        int[] factors = kernels.factors(inputs);
        kernels.runTiles(
                workers,
                y.length,
                (from, to) -> kernels.multiply(packed, inputs, factors, stepsOfGroup, scales, zeros, y, from, to));
    }

    @Override
    void panel(int row, int from, int to, int columns, float[] panel) {
        int tile = kernels.rows();
        int half = kernels.lanes() / 2;
        int padded = scales.length / groups; // rows
        for (int r = row; r < Math.min(row + columns, padded); r += half) {
            for (int col = from, end; col < to; col = end) {
                end = Math.min((col / group + 1) * group, to);
                int lane = (r / tile * depth + col) / kernels.laneInputs() * tile + kernels.place(r % tile);
                int scale = (r / tile * groups + col / group) * tile + r % tile;
                kernels.panel(
                        packed,
                        lane,
                        end - col,
                        scales,
                        zeros,
                        scale,
                        panel,
                        (col - from) * columns + r - row,
                        columns);
            }
        }
    }
}
