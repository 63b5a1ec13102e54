package dev.tessera.vqmodels.lowbit;

/**
 * Floats e4m3 with a scale for every row.
 *
 * @param packed {@code [rows x cols]}, row-major
 */
public record Fp8Weights(ScalarFormat scalarFormat, int rows, int cols, byte[] packed, GroupScales scales)
        implements ScalarWeights {
    private static final int NAN = 0x7F;

    public Fp8Weights {
        scales.checkFits(scalarFormat, rows, cols);
        GroupScales.requireLength("packed", packed.length, (long) rows * cols);
        for (byte code : packed) {
            if ((code & NAN) == NAN) {
                throw new IllegalArgumentException("a weight is NaN");
            }
        }
    }

    static Fp8Weights pack(ScalarCodes codes) {
        return new Fp8Weights(codes.format(), codes.rows(), codes.cols(), codes.codes(), codes.scales());
    }

    @Override
    public int code(int row, int col) {
        return packed[row * cols + col] & 0xFF;
    }
}
