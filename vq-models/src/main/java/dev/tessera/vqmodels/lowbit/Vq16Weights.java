package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * Vectors of {@code dim} consecutive weights of a row as codes of 4 bits: weight = scale of the row x value of the code
 * vector. A
 * codebook of 16 serves all rows or {@code rowsPerCodebook} consecutive ones. Immutable.
 *
 * <p>Codes are packed as {@code [ceil(rows / 16)][ceil(vectors / 2)][16]} with two codes of 16 rows in 16 bytes, the
 * first in the low
 * half; even bytes are rows 0 to 7, odd bytes rows 8 to 15. Where {@code cols} is no multiple of {@code dim}, the last
 * vector of a row
 * reaches beyond it.
 */
public final class Vq16Weights implements QuantizedWeights {
    /** Code vectors of a codebook. */
    public static final int CODEBOOK_SIZE = 16;

    private final int rows;
    private final int cols;
    private final int dim;
    private final int rowsPerCodebook;
    private final float[] codebooks;
    private final byte[] packed;
    private final GroupScales scales;

    /**
     * @param dim weights of a vector: 1, 2 or 4
     * @param rowsPerCodebook rows that share a codebook, in [1, rows]
     * @param codebooks {@code [ceil(rows / rowsPerCodebook)][16][dim]}, finite; rounded to F16
     * @param packed the codes
     * @param scales one for every row, {@link ScaleType#HALF}
     */
    Vq16Weights(
            int rows, int cols, int dim, int rowsPerCodebook, float[] codebooks, byte[] packed, GroupScales scales) {
        Checks.requireAtLeast(1, rows, "rows");
        Checks.requireAtLeast(1, cols, "cols");
        if (dim != 1 && dim != 2 && dim != 4) {
            throw new IllegalArgumentException("dim is " + dim + ", must be 1, 2 or 4");
        }
        Checks.requireIn(1, rows, rowsPerCodebook, "rowsPerCodebook");
        int books = (rows - 1) / rowsPerCodebook + 1;
        GroupScales.requireLength("codebooks", codebooks.length, (long) books * CODEBOOK_SIZE * dim);
        GroupScales.requireLength("packed", packed.length, RowTiles.bytes(rows, blocks(cols, dim)));
        scales.checkFits(ScaleType.HALF, rows, 1);
        this.rows = rows;
        this.cols = cols;
        this.dim = dim;
        this.rowsPerCodebook = rowsPerCodebook;
        this.codebooks = HalfFloats.round(codebooks);
        Checks.requireFinite(this.codebooks, "codebooks");
        this.packed = packed;
        this.scales = scales;
    }

    /**
     * Packs codes.
     *
     * @param codes {@code [rows x ceil(cols / dim)]}, each in [0, 16)
     * @param codebooks {@code [ceil(rows / rowsPerCodebook)][16][dim]}, finite; rounded to F16
     */
    public static Vq16Weights of(
            int rows, int cols, int dim, int rowsPerCodebook, float[] codebooks, byte[] codes, GroupScales scales) {
        int vectors = (cols - 1) / Math.max(1, dim) + 1;
        GroupScales.requireLength("codes", codes.length, (long) rows * vectors);
        int blocks = blocks(cols, dim);
        byte[] packed = new byte[RowTiles.bytes(rows, blocks)];
        for (int i = 0; i < codes.length; i++) {
            Checks.requireIn(0, CODEBOOK_SIZE - 1, codes[i], "code");
            RowTiles.setNibble(packed, i / vectors, i % vectors, blocks, codes[i]);
        }
        return new Vq16Weights(rows, cols, dim, rowsPerCodebook, codebooks, packed, scales);
    }

    /** Blocks of 16 bytes of a tile. */
    static int blocks(int cols, int dim) {
        return (cols - 1) / Math.max(1, 2 * dim) + 1;
    }

    @Override
    public WeightFormat format() {
        return WeightFormat.VQ16;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int cols() {
        return cols;
    }

    /** Weights of a vector. */
    public int dim() {
        return dim;
    }

    public int rowsPerCodebook() {
        return rowsPerCodebook;
    }

    /** Vectors of a row. */
    public int vectors() {
        return (cols - 1) / dim + 1;
    }

    /** {@code [ceil(rows / rowsPerCodebook)][16][dim]}, exactly F16; not a copy, do not write. */
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

    /** Index of a code vector, in [0, 16). */
    public int code(int row, int vector) {
        return RowTiles.nibble(packed, row, vector, blocks(cols, dim));
    }

    @Override
    public long bytes() {
        return packed.length + 2L * codebooks.length + scales.bytes();
    }

    @Override
    public void dequantizeRow(int row, float[] target, int offset) {
        float scale = scales.get(row, 0);
        int book = row / rowsPerCodebook * CODEBOOK_SIZE;
        for (int col = 0; col < cols; col++) {
            target[offset + col] = scale * codebooks[(book + code(row, col / dim)) * dim + col % dim];
        }
    }
}
