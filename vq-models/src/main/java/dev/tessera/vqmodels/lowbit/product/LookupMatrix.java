package dev.tessera.vqmodels.lowbit.product;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.BinaryWeights;
import dev.tessera.vqmodels.lowbit.GroupScales;
import dev.tessera.vqmodels.lowbit.IntWeights;
import dev.tessera.vqmodels.lowbit.QuantizedWeights;
import dev.tessera.vqmodels.lowbit.ScalarWeights;
import dev.tessera.vqmodels.lowbit.TernaryWeights;
import dev.tessera.vqmodels.lowbit.Vq16Weights;
import java.util.Arrays;
import java.util.List;

/**
 * Multiplies weights of 1 to 4 bits with a vector by looking sums of inputs up: y = W x, W {@code [rows x cols]}. Takes
 * {@link IntWeights}, {@link TernaryWeights}, {@link BinaryWeights} and {@link Vq16Weights}. Immutable, safe to share.
 *
 * <p>Error: inputs are rounded to tables of 7 bits, one step for up to 128 inputs of weights of 4 bits (1,024 of 1 bit, of vectors
 * 256 times their length), which adds about 2 % relative to y for Gaussian inputs, small beside what 4 bits do to the weights
 * (10 %). {@link IntMatrix} adds less. The same bits for any lane width and number of threads.
 *
 * <p>Cost: 16 operations for 128 products of one bit, and 2 cols table entries a call. Memory: the weights as they are stored.
 */
public final class LookupMatrix implements LowBitMatrix {
    private static final int ROWS = LookupKernels.ROWS;
    private static final int TILES_PER_TASK = 16;

    private final LookupKernels kernels;
    private final int rows;
    private final int cols;
    private final int planes;
    private final byte[] packed;
    private final int blocks; // of a tile
    private final GroupScales scales;
    private final List<Segment> segments;
    private final float factor; // level = factor x code - zero
    private final float[] zeros; // as the scales
    private final Vq16Weights vectors; // or null

    private LookupMatrix(
            LookupKernels kernels,
            QuantizedWeights weights,
            byte[] packed,
            GroupScales scales,
            int planes,
            int blockInputs,
            float factor,
            float zero) {
        this.kernels = kernels;
        this.rows = weights.rows();
        this.cols = weights.cols();
        this.planes = planes;
        this.packed = packed;
        this.scales = scales;
        this.factor = factor;
        this.zeros = new float[scales.tiled().length];
        Arrays.fill(zeros, zero);
        if (weights instanceof IntWeights ints && ints.scalarFormat().affine()) {
            for (int i = 0; i < zeros.length; i++) {
                zeros[i] = ints.scalarFormat().zero(ints.zeroCodes()[i] & 0xFF);
            }
        }
        this.vectors = weights instanceof Vq16Weights vq ? vq : null;
        int inputBlocks = (cols - 1) / blockInputs + 1;
        int group =
                weights instanceof ScalarWeights scalar ? scalar.scalarFormat().groupLength(cols) : cols;
        this.blocks = inputBlocks * planes;
        this.segments = Segment.of(planes, inputBlocks, (group - 1) / blockInputs + 1);
    }

    /**
     * @throws IllegalArgumentException when the weights are of another format, or code vectors change within 16 rows
     */
    public static LookupMatrix of(QuantizedWeights weights) {
        return of(LookupKernels.best(), weights);
    }

    static LookupMatrix of(LookupKernels kernels, QuantizedWeights weights) {
        return switch (weights) {
            case IntWeights w ->
                new LookupMatrix(
                        kernels,
                        w,
                        w.packed(),
                        w.scales(),
                        w.planes(),
                        8,
                        1,
                        w.scalarFormat().zero(0));
            case TernaryWeights w -> new LookupMatrix(kernels, w, w.packed(), w.scales(), 2, 8, 1, 1);
            case BinaryWeights w -> new LookupMatrix(kernels, w, w.packed(), w.scales(), 1, 8, 2, 1);
            case Vq16Weights w -> {
                if (w.rowsPerCodebook() < w.rows() && w.rowsPerCodebook() % ROWS != 0) {
                    throw new IllegalArgumentException("rowsPerCodebook is " + w.rowsPerCodebook()
                            + ", must be a multiple of " + ROWS + " or all " + w.rows() + " rows");
                }
                yield new LookupMatrix(kernels, w, w.packed(), w.scales(), 1, 2 * w.dim(), 1, 0);
            }
            default ->
                throw new IllegalArgumentException("weights are "
                        + weights.format().formatName() + ", must be int4, int3, int2, ternary, binary or vq16");
        };
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
        int tiles = (rows - 1) / ROWS + 1;
        float[] y = new float[tiles * ROWS];
        int tilesPerBook =
                vectors == null || vectors.rowsPerCodebook() >= rows ? tiles : vectors.rowsPerCodebook() / ROWS;
        int dim = vectors == null ? 4 : vectors.dim();
        LookupTables tables = new LookupTables(kernels, segments, planes, factor, dim);
        try (Workers workers = new Workers(threads)) {
            for (int first = 0; first < tiles; first += tilesPerBook) {
                if (vectors == null) {
                    tables.fill(x, LookupTables.BITS, 0);
                } else {
                    int book = first / tilesPerBook * Vq16Weights.CODEBOOK_SIZE * vectors.dim();
                    tables.fill(x, vectors.codebooks(), book);
                }
                int begin = first;
                workers.runRows(
                        Math.min(tilesPerBook, tiles - first),
                        TILES_PER_TASK,
                        (from, to) -> kernels.multiply(
                                packed,
                                blocks * ROWS,
                                tables,
                                scales.tiled(),
                                zeros,
                                scales.groups(),
                                y,
                                begin + from,
                                begin + to));
            }
        }
        return y.length == rows ? y : Arrays.copyOf(y, rows);
    }
}
