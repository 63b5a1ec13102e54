package dev.tessera.vqmodels.lowbit;

/**
 * -1, 0 and 1 with a scale for every row, as codes 0, 1, 2.
 *
 * @param packed as {@link IntWeights#packed()} with two planes
 */
public record TernaryWeights(ScalarFormat scalarFormat, int rows, int cols, byte[] packed, GroupScales scales)
        implements ScalarWeights {
    private static final int PLANES = 2;

    public TernaryWeights {
        scales.checkFits(scalarFormat, rows, cols);
        int blocks = RowTiles.planeBlocks(cols, PLANES);
        GroupScales.requireLength("packed", packed.length, RowTiles.bytes(rows, blocks));
        for (int i = 0; i < packed.length; i += 2 * 16) {
            for (int r = i; r < i + 16; r++) {
                if ((packed[r] & packed[r + 16]) != 0) {
                    throw new IllegalArgumentException("a weight has code 3, must be in [0, 2]");
                }
            }
        }
    }

    static TernaryWeights pack(ScalarCodes codes) {
        byte[] packed = RowTiles.packPlanes(codes.codes(), codes.rows(), codes.cols(), PLANES);
        return new TernaryWeights(codes.format(), codes.rows(), codes.cols(), packed, codes.scales());
    }

    @Override
    public int code(int row, int col) {
        return RowTiles.planeCode(packed, row, col, PLANES, RowTiles.planeBlocks(cols, PLANES));
    }
}
