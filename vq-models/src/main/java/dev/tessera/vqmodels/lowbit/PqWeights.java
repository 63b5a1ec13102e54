package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * Product quantization: every {@code dim} consecutive inputs are a subspace with up to 256 code vectors, and weight =
 * scale of the row
 * x value of the code vector. All subspaces may share one codebook. Immutable.
 *
 * <p>Codes are {@code [ceil(subspaces / 8)][rows][8]}, so that the codes of 8 subspaces are one 64-bit number, whose
 * tables fit the
 * first-level cache. Where {@code cols} is no multiple of {@code dim}, the last subspace reaches beyond it.
 */
public final class PqWeights implements QuantizedWeights {
    /** Most code vectors of a subspace. */
    public static final int MOST_CODES = 256;

    /** Most inputs of a subspace. */
    public static final int MOST_DIM = 64;

    private final int rows;
    private final int cols;
    private final int dim;
    private final int codebookSize;
    private final boolean shared;
    private final float[] codebooks;
    private final byte[] packed;
    private final GroupScales scales;

    /**
     * @param dim inputs of a subspace, in [1, 64]
     * @param codebookSize code vectors of a codebook, in [1, 256]
     * @param shared whether there is one codebook for all subspaces
     * @param codebooks {@code [shared ? 1 : subspaces][codebookSize][dim]}, finite; rounded to F16
     * @param packed the codes, each below {@code codebookSize}
     * @param scales one for every row, {@link ScaleType#HALF}
     */
    PqWeights(
            int rows,
            int cols,
            int dim,
            int codebookSize,
            boolean shared,
            float[] codebooks,
            byte[] packed,
            GroupScales scales) {
        Checks.requireAtLeast(1, rows, "rows");
        Checks.requireAtLeast(1, cols, "cols");
        Checks.requireIn(1, MOST_DIM, dim, "dim");
        Checks.requireIn(1, MOST_CODES, codebookSize, "codebookSize");
        int subspaces = (cols - 1) / dim + 1;
        GroupScales.requireLength("codebooks", codebooks.length, (shared ? 1L : subspaces) * codebookSize * dim);
        GroupScales.requireLength("packed", packed.length, (subspaces + 7L) / 8 * rows * 8);
        for (byte code : packed) {
            Checks.requireIn(0, codebookSize - 1, code & 0xFF, "code");
        }
        scales.checkFits(ScaleType.HALF, rows, 1);
        this.rows = rows;
        this.cols = cols;
        this.dim = dim;
        this.codebookSize = codebookSize;
        this.shared = shared;
        this.codebooks = HalfFloats.round(codebooks);
        Checks.requireFinite(this.codebooks, "codebooks");
        this.packed = packed;
        this.scales = scales;
    }

    /**
     * Packs codes.
     *
     * @param codebookSize code vectors of a codebook, in [1, 256]
     * @param shared whether there is one codebook for all subspaces
     * @param codebooks {@code [shared ? 1 : subspaces][codebookSize][dim]}, finite; rounded to F16
     * @param codes {@code [rows x subspaces]}, each byte from 0 to 255 below {@code codebookSize}
     */
    public static PqWeights of(
            int rows,
            int cols,
            int dim,
            int codebookSize,
            boolean shared,
            float[] codebooks,
            byte[] codes,
            GroupScales scales) {
        int subspaces = (cols - 1) / Math.max(1, dim) + 1;
        GroupScales.requireLength("codes", codes.length, (long) rows * subspaces);
        byte[] packed = new byte[Math.toIntExact((subspaces + 7L) / 8 * rows * 8)];
        for (int i = 0; i < codes.length; i++) {
            packed[at(i / subspaces, i % subspaces, rows)] = codes[i];
        }
        return new PqWeights(rows, cols, dim, codebookSize, shared, codebooks, packed, scales);
    }

    private static int at(int row, int subspace, int rows) {
        return ((subspace >> 3) * rows + row) * 8 + (subspace & 7);
    }

    @Override
    public WeightFormat format() {
        return WeightFormat.PQ;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int cols() {
        return cols;
    }

    /** Inputs of a subspace. */
    public int dim() {
        return dim;
    }

    public int subspaces() {
        return (cols - 1) / dim + 1;
    }

    /** Code vectors of a codebook. */
    public int codebookSize() {
        return codebookSize;
    }

    /** Whether all subspaces have the same codebook, which stands in {@link #codebooks()} but once. */
    public boolean shared() {
        return shared;
    }

    /** {@code [shared ? 1 : subspaces][codebookSize][dim]}, exactly F16; not a copy, do not write. */
    public float[] codebooks() {
        return codebooks;
    }

    /** The codes; not a copy, do not write. */
    public byte[] packed() {
        return packed;
    }

    /** One scale a row. */
    public GroupScales scales() {
        return scales;
    }

    /** Index of a code vector, below {@link #codebookSize()}. */
    public int code(int row, int subspace) {
        return packed[at(row, subspace, rows)] & 0xFF;
    }

    @Override
    public long bytes() {
        return packed.length + 2L * codebooks.length + scales.bytes();
    }

    @Override
    public void dequantizeRow(int row, float[] target, int offset) {
        float scale = scales.get(row, 0);
        for (int col = 0; col < cols; col++) {
            int subspace = col / dim;
            int vector = (shared ? 0 : subspace * codebookSize) + code(row, subspace);
            target[offset + col] = scale * codebooks[vector * dim + col % dim];
        }
    }
}
