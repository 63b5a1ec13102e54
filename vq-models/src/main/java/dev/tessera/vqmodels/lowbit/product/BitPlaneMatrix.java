package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.BinaryWeights;
import dev.tessera.vqmodels.lowbit.IntWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.TernaryWeights;
import java.util.Arrays;

/**
 * Multiplies weights of 1 to 4 bits with inputs of 1 or 2 bits by counting bits: y = W x, W {@code [rows x cols]}. Takes {@link
 * BinaryWeights}, {@link TernaryWeights} and {@link IntWeights}. Immutable, safe to share.
 *
 * <p>Error: none but the rounding of a few floats for each 256 inputs. What {@link LowBitInputs} lost before is far more than the other
 * products lose: this is for networks that are trained for such inputs. The same bits for any lane width and number of threads.
 *
 * <p>Cost: 4 operations on vectors for each plane of the weights, plane of the inputs, and as many products of bits as a vector has
 * bits. Memory: the bits of the weights, rows rounded up to a multiple of 32 where vectors have 512 bits (of 16 at 256) and groups to one of
 * 32 inputs, and 8 bytes a group.
 */
public final class BitPlaneMatrix {
    private static final int ROWS_PER_TASK = 256;

    private final BitPlaneKernels kernels;
    private final int rows;
    private final int cols;
    private final int planes;
    private final int groups; // of a row
    private final PlaneCuts cuts;
    private final int tiles;
    private final int[] packed; // [tiles][words][planes][rows of a tile]
    private final float[] scales; // [tiles][groups][rows of a tile]
    private final float[] zeros; // the same

    /** @param factor weight = factor x scale x (code - zero) */
    private BitPlaneMatrix(BitPlaneKernels kernels, ScalarWeights weights, int planes, float factor, float offset) {
        this.kernels = kernels;
        this.planes = planes;
        rows = weights.rows();
        cols = weights.cols();
        groups = weights.scales().groups();
        cuts = PlaneCuts.of(cols, weights.scalarFormat().groupLength(cols));
        int tile = kernels.rows();
        tiles = (rows - 1) / tile + 1;
        packed = new int[Math.multiplyExact(Math.multiplyExact(tiles, tile), cuts.allWords() * planes)];
        scales = new float[tiles * tile * groups];
        zeros = new float[scales.length];
        for (int row = 0; row < rows; row++) {
            for (int g = 0; g < groups; g++) {
                int at = (row / tile * groups + g) * tile + row % tile;
                scales[at] = factor * weights.scales().get(row, g);
                zeros[at] = (weights.zero(row, g) + offset) / factor;
            }
            for (int s = 0; s < cuts.segments(); s++) {
                pack(weights, row, s, (row / tile * cuts.allWords() + cuts.words()[s]) * planes * tile + row % tile);
            }
        }
    }

    private void pack(ScalarWeights weights, int row, int segment, int first) {
        int tile = kernels.rows();
        int from = cuts.inputs()[segment];
        for (int col = from; col < cuts.inputs()[segment + 1]; col++) {
            int code = weights.code(row, col);
            int at = first + (col - from) / LowBitInputs.WORD * planes * tile;
            for (int plane = 0; plane < planes; plane++) {
                packed[at + plane * tile] |= (code >> plane & 1) << col - from;
            }
        }
    }

    /**
     * The product.
     *
     * @param weights int4, int3, int2, ternary or binary
     * @throws IllegalArgumentException when the weights are of another format
     */
    public static BitPlaneMatrix of(QuantizedWeights weights) {
        return of(BitPlaneKernels.best(), weights);
    }

    static BitPlaneMatrix of(BitPlaneKernels kernels, QuantizedWeights weights) {
        return switch (weights) {
            case IntWeights w -> new BitPlaneMatrix(kernels, w, w.planes(), 1, 0);
            case TernaryWeights w -> new BitPlaneMatrix(kernels, w, 2, 1, 1); // levels are codes - 1
            case BinaryWeights w -> new BitPlaneMatrix(kernels, w, 1, 2, 1); // levels are 2 codes - 1
            default ->
                throw new IllegalArgumentException("weights are "
                        + weights.format().formatName() + ", must be int4, int3, int2, ternary or binary");
        };
    }

    /** Outputs. */
    public int rows() {
        return rows;
    }

    /** Inputs. */
    public int cols() {
        return cols;
    }

    /**
     * W x.
     *
     * @param x {@code [cols]}
     * @param threads at least 1
     * @return {@code [rows]}
     */
    public float[] multiply(LowBitInputs x, int threads) {
        LowBitMatrix.requireLength(x.length(), cols);
        PlaneSegments inputs = PlaneSegments.of(cuts, planes, x);
        int tile = kernels.rows();
        float[] y = new float[tiles * tile];
        try (Workers workers = new Workers(threads)) {
            workers.runRows(
                    tiles,
                    Math.max(1, ROWS_PER_TASK / tile),
                    (from, to) -> kernels.multiply(packed, planes, inputs, groups, scales, zeros, y, from, to));
        }
        return y.length == rows ? y : Arrays.copyOf(y, rows);
    }
}
