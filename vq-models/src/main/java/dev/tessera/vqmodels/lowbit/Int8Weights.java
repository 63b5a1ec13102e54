package dev.tessera.vqmodels.lowbit;

/**
 * Integers -127 to 127 with a scale for every row.
 *
 * @param packed {@code [rows x cols]}, row-major, two's complement
 */
public record Int8Weights(ScalarFormat scalarFormat, int rows, int cols, byte[] packed, GroupScales scales)
        implements ScalarWeights {
    public Int8Weights {
        scales.checkFits(scalarFormat, rows, cols);
        GroupScales.requireLength("packed", packed.length, (long) rows * cols);
        for (byte code : packed) {
            if (code == Byte.MIN_VALUE) {
                throw new IllegalArgumentException("a weight is -128, must be in [-127, 127]");
            }
        }
    }

    static Int8Weights pack(ScalarCodes codes) {
        return new Int8Weights(codes.format(), codes.rows(), codes.cols(), codes.codes(), codes.scales());
    }

    @Override
    public int code(int row, int col) {
        return packed[row * cols + col] & 0xFF;
    }
}
