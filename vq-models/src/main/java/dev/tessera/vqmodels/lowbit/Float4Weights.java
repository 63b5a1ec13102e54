package dev.tessera.vqmodels.lowbit;

/**
 * NF4, FP4, MXFP4 and NVFP4: codes of one table of 16 levels, a scale for every group.
 *
 * @param packed {@code [ceil(rows / 16)][ceil(cols / 2)][16]}: the codes of two inputs of 16 rows are 16 bytes, the
 * first input in the
 *     low half of each; even bytes are rows 0 to 7, odd bytes rows 8 to 15
 */
public record Float4Weights(ScalarFormat scalarFormat, int rows, int cols, byte[] packed, GroupScales scales)
        implements ScalarWeights {
    public Float4Weights {
        scales.checkFits(scalarFormat, rows, cols);
        GroupScales.requireLength("packed", packed.length, RowTiles.bytes(rows, (cols + 1) / 2));
    }

    static Float4Weights pack(ScalarCodes codes) {
        int cols = codes.cols();
        int blocks = (cols + 1) / 2;
        byte[] packed = new byte[RowTiles.bytes(codes.rows(), blocks)];
        for (int row = 0; row < codes.rows(); row++) {
            for (int col = 0; col < cols; col++) {
                RowTiles.setNibble(packed, row, col, blocks, codes.codes()[row * cols + col]);
            }
        }
        return new Float4Weights(codes.format(), codes.rows(), cols, packed, codes.scales());
    }

    /** The 16 levels by code. */
    public float[] levels() {
        float[] levels = new float[16];
        for (int code = 0; code < levels.length; code++) {
            levels[code] = scalarFormat.level(code);
        }
        return levels;
    }

    @Override
    public int code(int row, int col) {
        return RowTiles.nibble(packed, row, col, (cols + 1) / 2);
    }
}
