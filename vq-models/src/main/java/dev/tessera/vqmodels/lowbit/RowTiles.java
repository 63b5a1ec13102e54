package dev.tessera.vqmodels.lowbit;

/**
 * The layout of look-up kernels: tiles of 16 rows, and in them blocks of 16 bytes with one byte a row, {@code
 * [ceil(rows /
 * 16)][blocks][16]}. Even bytes are rows 0 to 7, odd bytes rows 8 to 15, so that masking and shifting 16-bit lanes
 * widens both halves
 * in the order of the rows.
 *
 * <p>What a byte holds depends on the format: 8 bits of one plane for 8 inputs, or two codes of 4 bits. Seen as
 * nibbles, a byte has
 * two of them, the low one first; the plane of 4 inputs is the index into a table of 16 sums.
 */
final class RowTiles {
    private RowTiles() {}

    /** Tiles of {@code rows} rows, at least 1. */
    static int tiles(int rows) {
        return (rows - 1) / 16 + 1;
    }

    /** Bytes of {@code rows} rows of {@code blocks} blocks. */
    static int bytes(int rows, long blocks) {
        return Math.toIntExact((rows + 15L) / 16 * 16 * blocks);
    }

    /** Index of the byte of {@code row} in {@code block}. */
    static int at(int row, int block, int blocks) {
        int inTile = row & 15;
        return ((row >> 4) * blocks + block) * 16 + (inTile < 8 ? 2 * inTile : 2 * inTile - 15);
    }

    /** Nibble {@code index} of a row, of two a block. */
    static int nibble(byte[] packed, int row, int index, int blocks) {
        return packed[at(row, index >> 1, blocks)] >> 4 * (index & 1) & 15;
    }

    /** Sets a nibble that is 0. */
    static void setNibble(byte[] packed, int row, int index, int blocks, int value) {
        packed[at(row, index >> 1, blocks)] |= (byte) (value << 4 * (index & 1));
    }

    /**
     * Blocks of {@code planes} planes of {@code cols} inputs: those of the first 8 inputs, plane 0 first, then the next
     * 8.
     */
    static int planeBlocks(int cols, int planes) {
        return (cols + 7) / 8 * planes;
    }

    /** The code of an input whose bit p stands in plane p. */
    static int planeCode(byte[] packed, int row, int col, int planes, int blocks) {
        int code = 0;
        for (int plane = 0; plane < planes; plane++) {
            int bits = packed[at(row, (col >> 3) * planes + plane, blocks)];
            code |= (bits >> (col & 7) & 1) << plane;
        }
        return code;
    }

    /** All codes, {@code [rows x cols]}, in planes. */
    static byte[] packPlanes(byte[] codes, int rows, int cols, int planes) {
        int blocks = planeBlocks(cols, planes);
        byte[] packed = new byte[bytes(rows, blocks)];
        for (int row = 0; row < rows; row++) {
            for (int col = 0; col < cols; col++) {
                int code = codes[row * cols + col];
                for (int plane = 0; plane < planes; plane++) {
                    packed[at(row, (col >> 3) * planes + plane, blocks)] |= (byte) ((code >> plane & 1) << (col & 7));
                }
            }
        }
        return packed;
    }
}
