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
public final class LookupMatrix extends LowBitMatrix {
    private static final int ROWS = LookupKernels.ROWS;
    private static final int TILES_PER_TASK = 16;
    private static final int BLOCK_INPUTS = 8; // of a plane

    private final LookupKernels kernels;
    private final int planes;
    private final byte[] packed;
    private final int blocks; // of a tile
    private final int group; // inputs that share a scale
    private final GroupScales scales;
    private final List<Segment> segments;
    private final float factor; // level = factor x code - zero
    private final float[] zeros; // as the scales
    private final Vq16Weights vectors; // or null
    private final float[] turned; // of one plane: what half a byte stands for, [codebooks][dim][16]

    private LookupMatrix(
            LookupKernels kernels,
            QuantizedWeights weights,
            byte[] packed,
            GroupScales scales,
            int planes,
            int blockInputs,
            float factor,
            float zero) {
        super(weights);
        int cols = weights.cols();
        this.kernels = kernels;
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
        this.turned = vectors == null ? levels(factor, zero) : LookupTables.turned(vectors.codebooks(), vectors.dim());
        int inputBlocks = (cols - 1) / blockInputs + 1;
        this.group =
                weights instanceof ScalarWeights scalar ? scalar.scalarFormat().groupLength(cols) : cols;
        this.blocks = inputBlocks * planes;
        this.segments = Segment.of(planes, inputBlocks, (group - 1) / blockInputs + 1);
    }

    /** What each half of a byte of one plane stands for, {@code [4][16]}. */
    private static float[] levels(float factor, float zero) {
        float[] levels = LookupTables.BITS.clone();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = factor * levels[i] - zero;
        }
        return levels;
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
                        BLOCK_INPUTS,
                        1,
                        w.scalarFormat().zero(0));
            case TernaryWeights w -> new LookupMatrix(kernels, w, w.packed(), w.scales(), 2, BLOCK_INPUTS, 1, 1);
            case BinaryWeights w -> new LookupMatrix(kernels, w, w.packed(), w.scales(), 1, BLOCK_INPUTS, 2, 1);
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
    int tileRows() {
        return ROWS;
    }

    @Override
    void multiply(float[] x, float[] y, Workers workers) {
        int tiles = y.length / ROWS;
        int tilesPerBook =
                vectors == null || vectors.rowsPerCodebook() >= rows() ? tiles : vectors.rowsPerCodebook() / ROWS;
        int dim = vectors == null ? 4 : vectors.dim();
        LookupTables tables = new LookupTables(kernels, segments, planes, factor, dim);
        for (int first = 0; first < tiles; first += tilesPerBook) {
            if (vectors == null) {
                tables.fill(x, LookupTables.BITS);
            } else {
                int size = Vq16Weights.CODEBOOK_SIZE * dim;
                int book = first / tilesPerBook * size;
                tables.fill(x, Arrays.copyOfRange(turned, book, book + size));
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

    @Override
    void panel(int row, int from, int to, int columns, float[] panel) {
        int half = ROWS / 2;
        for (int first = row; first < Math.min(row + columns, rows()); first += Math.min(half, columns)) {
            int inTile = first % ROWS;
            int at = first / ROWS * blocks * ROWS + (inTile < half ? 2 * inTile : 2 * inTile - ROWS + 1);
            if (planes > 1) {
                levels(first, at, from, to, panel, first - row, columns);
                continue;
            }
            int dim = vectors == null ? 4 : vectors.dim();
            int book = vectors == null ? 0 : first / vectors.rowsPerCodebook() * LookupTables.ENTRIES * dim;
            kernels.panel(
                    packed,
                    at + from / (2 * dim) * ROWS,
                    Math.ceilDiv(to - from, 2 * dim),
                    turned,
                    book,
                    dim,
                    scales.tiled(),
                    first,
                    panel,
                    first - row,
                    columns);
        }
    }

    /** Integers in several planes, of half a tile. */
    private void levels(int first, int at, int from, int to, float[] panel, int panelAt, int columns) {
        for (int i = from; i < to; i += BLOCK_INPUTS) {
            int block = at + i / BLOCK_INPUTS * planes * ROWS;
            int scalesAt = GroupScales.tiledIndex(first, i / group, scales.groups());
            for (int r = 0; r < Math.min(ROWS / 2, columns); r++) {
                for (int b = 0; b < BLOCK_INPUTS; b++) {
                    int code = 0;
                    for (int plane = 0; plane < planes; plane++) {
                        code |= (packed[block + plane * ROWS + 2 * r] >> b & 1) << plane;
                    }
                    panel[panelAt + (i - from + b) * columns + r] =
                            scales.tiled()[scalesAt + r] * (factor * code - zeros[scalesAt + r]);
                }
            }
        }
    }
}
