package dev.tessera.vqmodels.lowbit;

import java.util.Objects;

/**
 * A format in which every weight has a code of its own: weight = scale x (level(code) - zero), with a scale for every
 * row and group
 * of consecutive inputs.
 *
 * @param format a scalar one
 * @param groupSize inputs that share a scale: a multiple of 16 up to 65,536, or {@link #WHOLE_ROW}; of INT8, FP6, FP8,
 * TERNARY and
 *     BINARY always the latter, of MXFP4 32, of NVFP4 16
 * @param affine whether every group has a zero point of its own; only INT4, INT3 and INT2
 * @param scaleType how scales are stored: E8M0 for MXFP4, E4M3 for NVFP4, HALF or DOUBLE for NF4, else HALF
 */
public record ScalarFormat(WeightFormat format, int groupSize, boolean affine, ScaleType scaleType) {
    /** The group size of formats with one scale a row. */
    public static final int WHOLE_ROW = 0;

    private static final int MOST = 1 << 16;
    private static final int NF4_GROUP = 64;
    private static final int MXFP4_GROUP = 32;
    private static final int NVFP4_GROUP = 16;

    public ScalarFormat {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(scaleType, "scaleType");
        LevelTable.of(format);
        boolean grouped = format.isInteger() || format.isFloat4();
        boolean allowed =
                groupSize == WHOLE_ROW || grouped && groupSize % 16 == 0 && groupSize > 0 && groupSize <= MOST;
        if (!allowed
                || format == WeightFormat.MXFP4 && groupSize != MXFP4_GROUP
                || format == WeightFormat.NVFP4 && groupSize != NVFP4_GROUP) {
            throw new IllegalArgumentException("groupSize is " + groupSize + ", must be "
                    + switch (format) {
                        case MXFP4 -> MXFP4_GROUP;
                        case NVFP4 -> NVFP4_GROUP;
                        default -> grouped ? "0 or a multiple of 16 up to " + MOST : "0";
                    }
                    + " for " + format.formatName());
        }
        if (affine && !format.isInteger()) {
            throw new IllegalArgumentException("affine is true, must be false for " + format.formatName());
        }
        boolean fits = switch (format) {
            case MXFP4 -> scaleType == ScaleType.E8M0;
            case NVFP4 -> scaleType == ScaleType.E4M3;
            case NF4 -> scaleType == ScaleType.HALF || scaleType == ScaleType.DOUBLE;
            default -> scaleType == ScaleType.HALF;
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    "scaleType is " + scaleType + ", which " + format.formatName() + " has not");
        }
    }

    /** Integers of 8 bits, a scale for every row. */
    public static ScalarFormat int8() {
        return wholeRow(WeightFormat.INT8);
    }

    /**
     * Integers with zero point 2^(bits - 1).
     *
     * @param bits 2 to 4
     * @param groupSize as {@link #groupSize()}; 32 and 128 are usual
     */
    public static ScalarFormat symmetric(int bits, int groupSize) {
        return new ScalarFormat(integer(bits), groupSize, false, ScaleType.HALF);
    }

    /**
     * Integers with a zero point for every group, a multiple of 2^(bits - 8) in [0, 2^bits).
     *
     * @param bits 2 to 4
     */
    public static ScalarFormat affine(int bits, int groupSize) {
        return new ScalarFormat(integer(bits), groupSize, true, ScaleType.HALF);
    }

    /** NF4 in groups of 64 with double quantization of the scales. */
    public static ScalarFormat nf4() {
        return new ScalarFormat(WeightFormat.NF4, NF4_GROUP, false, ScaleType.DOUBLE);
    }

    /** e2m1 in groups with scales of 16 bits. */
    public static ScalarFormat fp4(int groupSize) {
        return new ScalarFormat(WeightFormat.FP4, groupSize, false, ScaleType.HALF);
    }

    public static ScalarFormat mxfp4() {
        return new ScalarFormat(WeightFormat.MXFP4, MXFP4_GROUP, false, ScaleType.E8M0);
    }

    public static ScalarFormat nvfp4() {
        return new ScalarFormat(WeightFormat.NVFP4, NVFP4_GROUP, false, ScaleType.E4M3);
    }

    public static ScalarFormat fp6() {
        return wholeRow(WeightFormat.FP6);
    }

    public static ScalarFormat fp8() {
        return wholeRow(WeightFormat.FP8);
    }

    public static ScalarFormat ternary() {
        return wholeRow(WeightFormat.TERNARY);
    }

    public static ScalarFormat binary() {
        return wholeRow(WeightFormat.BINARY);
    }

    /**
     * What the command line means by the name of a scalar format: integers below 8 bits in affine groups of 32, FP4 in
     * groups of 32.
     */
    public static ScalarFormat standard(WeightFormat format) {
        return switch (format) {
            case INT4, INT3, INT2 -> affine(format.codeBits(), 32);
            case NF4 -> nf4();
            case FP4 -> fp4(32);
            case MXFP4 -> mxfp4();
            case NVFP4 -> nvfp4();
            default -> wholeRow(format);
        };
    }

    private static ScalarFormat wholeRow(WeightFormat format) {
        return new ScalarFormat(format, WHOLE_ROW, false, ScaleType.HALF);
    }

    private static WeightFormat integer(int bits) {
        return switch (bits) {
            case 2 -> WeightFormat.INT2;
            case 3 -> WeightFormat.INT3;
            case 4 -> WeightFormat.INT4;
            default -> throw new IllegalArgumentException("bits is " + bits + ", must be in [2, 4]");
        };
    }

    /** Inputs that share a scale in a matrix of {@code cols} inputs. */
    public int groupLength(int cols) {
        return groupSize == WHOLE_ROW ? cols : Math.min(groupSize, cols);
    }

    /** Groups of a row of {@code cols} weights; the last may be shorter than the others. */
    public int groups(int cols) {
        return groupSize == WHOLE_ROW ? 1 : (cols - 1) / groupSize + 1;
    }

    /** Number of codes, unused ones included. */
    public int codeCount() {
        return LevelTable.of(format).size();
    }

    /** The level of {@code code}, NaN for one that must not occur. */
    public float level(int code) {
        return LevelTable.of(format).level(code);
    }

    /** The code of the level nearest to {@code value} = weight / scale + zero; half way the even code. O(log codes). */
    public int nearest(double value) {
        return LevelTable.of(format).nearest(value);
    }

    /**
     * The zero point of a group: {@code zeroCode} in steps of 2^(bits - 8) when affine, else 2^(bits - 1) of integers
     * and 0 of the rest.
     */
    public float zero(int zeroCode) {
        if (affine) {
            return (float) zeroCode / (1 << 8 - format.codeBits());
        }
        return format.isInteger() ? 1 << (format.codeBits() - 1) : 0;
    }

    /**
     * Bits of code, scale and zero point for a matrix whose rows and columns fill tiles and groups, without what it has
     * but once.
     */
    public double nominalBitsPerWeight(int cols) {
        double perGroup = scaleType.bits() + (affine ? 8 : 0);
        if (scaleType == ScaleType.DOUBLE) {
            perGroup += 32.0 / ScaleType.DOUBLE_BLOCK;
        }
        return format.codeBits() + perGroup / groupLength(cols);
    }
}
