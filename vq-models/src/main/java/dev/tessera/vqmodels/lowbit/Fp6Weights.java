package dev.tessera.vqmodels.lowbit;

/**
 * Floats e3m2 with a scale for every row, stored as parts of 4 and 2 bits (ZeroQuant(4+2), Wu et al. 2023).
 *
 * @param packed {@code [ceil(rows / 16)][ceil(cols / 4)][3][16]}: of 4 inputs of 16 rows, 16 bytes with sign and
 * exponent of inputs 0
 *     (low half) and 1, 16 with those of inputs 2 and 3, 16 with the mantissas, input 0 in the lowest two bits; even
 * bytes are rows 0
 *     to 7, odd bytes rows 8 to 15
 */
public record Fp6Weights(ScalarFormat scalarFormat, int rows, int cols, byte[] packed, GroupScales scales)
        implements ScalarWeights {
    private static final int PARTS = 3;

    public Fp6Weights {
        scales.checkFits(scalarFormat, rows, cols);
        GroupScales.requireLength("packed", packed.length, RowTiles.bytes(rows, blocks(cols)));
    }

    private static int blocks(int cols) {
        return (cols + 3) / 4 * PARTS;
    }

    static Fp6Weights pack(ScalarCodes codes) {
        int cols = codes.cols();
        int blocks = blocks(cols);
        byte[] packed = new byte[RowTiles.bytes(codes.rows(), blocks)];
        for (int row = 0; row < codes.rows(); row++) {
            for (int col = 0; col < cols; col++) {
                int code = codes.codes()[row * cols + col];
                int part = (col >> 2) * PARTS;
                packed[RowTiles.at(row, part + (col >> 1 & 1), blocks)] |= (byte) (code >> 2 << 4 * (col & 1));
                packed[RowTiles.at(row, part + 2, blocks)] |= (byte) ((code & 3) << 2 * (col & 3));
            }
        }
        return new Fp6Weights(codes.format(), codes.rows(), cols, packed, codes.scales());
    }

    @Override
    public int code(int row, int col) {
        int blocks = blocks(cols);
        int part = (col >> 2) * PARTS;
        int high = packed[RowTiles.at(row, part + (col >> 1 & 1), blocks)] >> 4 * (col & 1) & 15;
        int low = packed[RowTiles.at(row, part + 2, blocks)] >> 2 * (col & 3) & 3;
        return high << 2 | low;
    }
}
