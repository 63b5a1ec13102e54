package dev.tessera.vqmodels.lowbit;

/** Weights with a code each: weight = scale x (level - zero), where both operations are in single precision. */
public sealed interface ScalarWeights extends QuantizedWeights
        permits Int8Weights, IntWeights, Float4Weights, Fp6Weights, Fp8Weights, TernaryWeights, BinaryWeights {
    /** Levels, groups and kinds of scales. */
    ScalarFormat scalarFormat();

    /** The codes in the layout that the class describes; not a copy, do not write. */
    byte[] packed();

    /** The scales, in tiles of 16 rows. */
    GroupScales scales();

    /** The code of a weight, 0 to 255. */
    int code(int row, int col);

    /** The zero point of a group. */
    default float zero(int row, int group) {
        return scalarFormat().zero(0);
    }

    @Override
    default WeightFormat format() {
        return scalarFormat().format();
    }

    @Override
    default long bytes() {
        return packed().length + scales().bytes();
    }

    @Override
    default void dequantizeRow(int row, float[] target, int offset) {
        LevelTable levels = LevelTable.of(format());
        int length = scalarFormat().groupLength(cols());
        for (int group = 0; group < scales().groups(); group++) {
            float scale = scales().get(row, group);
            float zero = zero(row, group);
            for (int col = group * length; col < Math.min((group + 1) * length, cols()); col++) {
                target[offset + col] = scale * (levels.level(code(row, col)) - zero);
            }
        }
    }

    /** Packs codes into the layout of their format. */
    static ScalarWeights of(ScalarCodes codes) {
        return switch (codes.format().format()) {
            case INT8 -> Int8Weights.pack(codes);
            case INT4, INT3, INT2 -> IntWeights.pack(codes);
            case NF4, FP4, MXFP4, NVFP4 -> Float4Weights.pack(codes);
            case FP6 -> Fp6Weights.pack(codes);
            case FP8 -> Fp8Weights.pack(codes);
            case TERNARY -> TernaryWeights.pack(codes);
            case BINARY -> BinaryWeights.pack(codes);
            case VQ16, PQ, PVQ, PLANES -> throw new IllegalStateException("no scalar format");
        };
    }

    /** The codes and scales that this was packed from. */
    default ScalarCodes unpack() {
        byte[] codes = new byte[Math.multiplyExact(rows(), cols())];
        for (int row = 0; row < rows(); row++) {
            for (int col = 0; col < cols(); col++) {
                codes[row * cols() + col] = (byte) code(row, col);
            }
        }
        return new ScalarCodes(scalarFormat(), rows(), cols(), codes, scales(), zeroCodes(this));
    }

    private static byte[] zeroCodes(ScalarWeights weights) {
        if (!(weights instanceof IntWeights ints) || !ints.scalarFormat().affine()) {
            return new byte[0];
        }
        int groups = ints.scales().groups();
        byte[] zeros = new byte[ints.rows() * groups];
        for (int row = 0; row < ints.rows(); row++) {
            for (int group = 0; group < groups; group++) {
                zeros[row * groups + group] = ints.zeroCodes()[GroupScales.tiledIndex(row, group, groups)];
            }
        }
        return zeros;
    }
}
