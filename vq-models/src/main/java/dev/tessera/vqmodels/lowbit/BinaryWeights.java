package dev.tessera.vqmodels.lowbit;

/**
 * -1 and 1 with a scale for every row, as codes 0 and 1.
 *
 * @param packed as {@link IntWeights#packed()} with one plane
 */
public record BinaryWeights(ScalarFormat scalarFormat, int rows, int cols, byte[] packed, GroupScales scales)
        implements ScalarWeights {
    public BinaryWeights {
        scales.checkFits(scalarFormat, rows, cols);
        GroupScales.requireLength("packed", packed.length, RowTiles.bytes(rows, RowTiles.planeBlocks(cols, 1)));
    }

    static BinaryWeights pack(ScalarCodes codes) {
        byte[] packed = RowTiles.packPlanes(codes.codes(), codes.rows(), codes.cols(), 1);
        return new BinaryWeights(codes.format(), codes.rows(), codes.cols(), packed, codes.scales());
    }

    @Override
    public int code(int row, int col) {
        return RowTiles.planeCode(packed, row, col, 1, RowTiles.planeBlocks(cols, 1));
    }
}
