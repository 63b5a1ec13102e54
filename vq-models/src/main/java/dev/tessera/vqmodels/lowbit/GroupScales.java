package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * The scales of a matrix, one for every row and group of inputs, as they are stored and as floats. Immutable.
 *
 * <p>Both are in tiles: {@code [ceil(rows / 16)][groups][16]}, so that a kernel that computes 16 outputs at a time
 * finds the scales
 * of a group side by side, in the order of the rows. Rows that fill up the last tile have scale code 0.
 */
public final class GroupScales {
    private final ScaleType type;
    private final int rows;
    private final int groups;
    private final byte[] codes; // tiled, type.bits() / 8 bytes each, little-endian
    private final float[] parameters; // HALF, E4M3: unit; DOUBLE: mean, then the step of each block; E8M0: empty
    private final float[] values; // tiled

    /** From what {@link #codes()} and {@link #parameters()} returned. */
    GroupScales(ScaleType type, int rows, int groups, byte[] codes, float[] parameters) {
        int count = tiledCount(rows, groups);
        requireLength("scale codes", codes.length, (long) count * type.bits() / 8);
        requireLength("scale parameters", parameters.length, parameterCount(type, count));
        Checks.requireFinite(parameters, "scale parameters");
        if ((type == ScaleType.HALF || type == ScaleType.E4M3) && parameters[0] < Float.MIN_NORMAL) {
            throw new IllegalArgumentException("scale parameter is " + parameters[0] + ", must be above 0");
        }
        this.type = type;
        this.rows = rows;
        this.groups = groups;
        this.codes = codes;
        this.parameters = parameters;
        this.values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = decode(i);
        }
        Checks.requireFinite(values, "scales");
    }

    /** Index of a row and group in tiled arrays. */
    public static int tiledIndex(int row, int group, int groups) {
        return ((row >> 4) * groups + group) * 16 + (row & 15);
    }

    /** Length of tiled arrays. */
    static int tiledCount(int rows, int groups) {
        return Math.toIntExact((rows + 15L) / 16 * groups * 16);
    }

    /**
     * Stores scales; values outside of the grid are rounded to it.
     *
     * @param scales {@code [rows x groups]}, row-major
     */
    public static GroupScales encode(ScaleGrid grid, int rows, int groups, float[] scales) {
        requireLength("scales", scales.length, (long) rows * groups);
        Checks.requireFinite(scales, "scales");
        if (grid.type() == ScaleType.DOUBLE) {
            return encodeDouble(rows, groups, scales);
        }
        int width = grid.type().bits() / 8;
        byte[] codes = new byte[tiledCount(rows, groups) * width];
        for (int row = 0; row < rows; row++) {
            for (int group = 0; group < groups; group++) {
                int code = grid.code(scales[row * groups + group]);
                int at = tiledIndex(row, group, groups) * width;
                for (int b = 0; b < width; b++) {
                    codes[at + b] = (byte) (code >> 8 * b);
                }
            }
        }
        float[] parameters = grid.type() == ScaleType.E8M0 ? new float[0] : new float[] {grid.unit()};
        return new GroupScales(grid.type(), rows, groups, codes, parameters);
    }

    private static GroupScales encodeDouble(int rows, int groups, float[] scales) {
        double sum = 0;
        for (float scale : scales) {
            sum += scale;
        }
        float mean = (float) (sum / scales.length);
        int count = tiledCount(rows, groups);
        float[] parameters = new float[parameterCount(ScaleType.DOUBLE, count)];
        parameters[0] = mean;
        for (int pass = 0; pass < 2; pass++) { // the largest deviation of each block, then its step
            for (int row = 0; row < rows && pass == 0; row++) {
                for (int group = 0; group < groups; group++) {
                    int block = 1 + tiledIndex(row, group, groups) / ScaleType.DOUBLE_BLOCK;
                    float deviation = Math.abs(scales[row * groups + group] - mean);
                    parameters[block] = Math.max(parameters[block], deviation);
                }
            }
            for (int block = 1; block < parameters.length && pass == 1; block++) {
                parameters[block] /= Byte.MAX_VALUE;
            }
        }
        byte[] codes = new byte[count];
        for (int row = 0; row < rows; row++) {
            for (int group = 0; group < groups; group++) {
                int at = tiledIndex(row, group, groups);
                float step = parameters[1 + at / ScaleType.DOUBLE_BLOCK];
                codes[at] = doubleCode(scales[row * groups + group], mean, step);
            }
        }
        return new GroupScales(ScaleType.DOUBLE, rows, groups, codes, parameters);
    }

    /** Rounding must not turn a small scale into one below 0, which would turn the signs of its weights. */
    private static byte doubleCode(float scale, float mean, float step) {
        if (step == 0) {
            return 0;
        }
        int code = Math.clamp(Math.round(((double) scale - mean) / step), -127, 127);
        while (code < 127 && mean + code * step < 0) {
            code++;
        }
        return (byte) code;
    }

    private float decode(int i) {
        return switch (type) {
            case HALF -> Float.float16ToFloat((short) (codes[2 * i] & 0xFF | codes[2 * i + 1] << 8)) * parameters[0];
            case E8M0 -> {
                if (codes[i] == -1) {
                    throw new IllegalArgumentException("scale " + i + " is the NaN of E8M0");
                }
                yield ScaleGrid.e8m0Value(codes[i] & 0xFF);
            }
            case E4M3 -> MiniFloat.E4M3.decode(codes[i]) * parameters[0];
            case DOUBLE -> parameters[0] + codes[i] * parameters[1 + i / ScaleType.DOUBLE_BLOCK];
        };
    }

    private static int parameterCount(ScaleType type, int count) {
        return switch (type) {
            case HALF, E4M3 -> 1;
            case E8M0 -> 0;
            case DOUBLE -> 1 + (count + ScaleType.DOUBLE_BLOCK - 1) / ScaleType.DOUBLE_BLOCK;
        };
    }

    static void requireLength(String name, long found, long expected) {
        if (found != expected) {
            throw new IllegalArgumentException(name + " has the length " + found + ", must have " + expected);
        }
    }

    /** These must be the scales of {@code format} for a matrix of this size. */
    void checkFits(ScalarFormat format, int rows, int cols) {
        checkFits(format.scaleType(), rows, format.groups(cols));
    }

    void checkFits(ScaleType type, int rows, int groups) {
        if (this.type != type) {
            throw new IllegalArgumentException("scales are " + this.type + ", must be " + type);
        }
        requireLength("scales", this.rows, rows);
        requireLength("scales of a row", this.groups, groups);
    }

    public ScaleType type() {
        return type;
    }

    public int rows() {
        return rows;
    }

    /** Groups of a row. */
    public int groups() {
        return groups;
    }

    public float get(int row, int group) {
        return values[tiledIndex(row, group, groups)];
    }

    /** All scales in tiles; not a copy, do not write. */
    public float[] tiled() {
        return values;
    }

    /** Bytes of the stored scales. */
    public long bytes() {
        return codes.length + 4L * parameters.length;
    }

    byte[] codes() {
        return codes;
    }

    float[] parameters() {
        return parameters;
    }
}
