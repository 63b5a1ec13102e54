package dev.tessera.vqmodels.lowbit;

/**
 * Integers of 2 to 4 bits in bit planes, a scale and perhaps a zero point for every group.
 *
 * @param packed {@code [ceil(rows / 16)][ceil(cols / 8)][bits][16]}: bit p of the codes of 8 inputs of 16 rows is 16
 * bytes, input 0 the
 *     lowest bit of each; even bytes are rows 0 to 7, odd bytes rows 8 to 15. Each half of a byte is the index into a
 * table of 16 sums
 *     of 4 inputs
 * @param zeroCodes {@code [ceil(rows / 16)][groups][16]}, a zero point is its unsigned byte x 2^(bits - 8); empty when
 * not affine
 */
public record IntWeights(
        ScalarFormat scalarFormat, int rows, int cols, byte[] packed, GroupScales scales, byte[] zeroCodes)
        implements ScalarWeights {
    public IntWeights {
        scales.checkFits(scalarFormat, rows, cols);
        int blocks = RowTiles.planeBlocks(cols, scalarFormat.format().codeBits());
        GroupScales.requireLength("packed", packed.length, RowTiles.bytes(rows, blocks));
        GroupScales.requireLength("zeros", zeroCodes.length, scalarFormat.affine() ? scales.tiled().length : 0);
    }

    static IntWeights pack(ScalarCodes codes) {
        byte[] zeros = new byte[codes.format().affine() ? codes.scales().tiled().length : 0];
        int groups = codes.scales().groups();
        for (int i = 0; i < codes.zeros().length; i++) {
            zeros[GroupScales.tiledIndex(i / groups, i % groups, groups)] = codes.zeros()[i];
        }
        byte[] packed = RowTiles.packPlanes(
                codes.codes(),
                codes.rows(),
                codes.cols(),
                codes.format().format().codeBits());
        return new IntWeights(codes.format(), codes.rows(), codes.cols(), packed, codes.scales(), zeros);
    }

    /** Planes, the bits of a code. */
    public int planes() {
        return scalarFormat.format().codeBits();
    }

    @Override
    public int code(int row, int col) {
        return RowTiles.planeCode(packed, row, col, planes(), RowTiles.planeBlocks(cols, planes()));
    }

    @Override
    public float zero(int row, int group) {
        int code = scalarFormat.affine() ? zeroCodes[GroupScales.tiledIndex(row, group, scales.groups())] & 0xFF : 0;
        return scalarFormat.zero(code);
    }

    @Override
    public long bytes() {
        return ScalarWeights.super.bytes() + zeroCodes.length;
    }
}
