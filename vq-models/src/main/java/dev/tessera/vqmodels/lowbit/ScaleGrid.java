package dev.tessera.vqmodels.lowbit;

/**
 * The scales that a {@link ScaleType} can express once its number for the whole matrix is known.
 *
 * @param unit what every stored number is multiplied with: a power of two for {@link ScaleType#HALF}, the tensor scale
 * for
 *     {@link ScaleType#E4M3}, 1 for the others
 */
public record ScaleGrid(ScaleType type, float unit) {
    private static final int LEAST_EXPONENT = -126;
    private static final int LARGEST_EXPONENT = 127;
    private static final int E8M0_BIAS = 127;

    /** F16 reaches 2^15; scales that grow while a method runs have a factor of 16 in reserve. */
    private static final int HALF_TOP = 11;

    private static final float E4M3_MAX = 448;
    private static final LevelTable E4M3_LEVELS = LevelTable.of(WeightFormat.FP8);

    /** The grid for scales up to {@code largest}. */
    public static ScaleGrid of(ScaleType type, double largest) {
        float top = (float) Math.abs(largest);
        return new ScaleGrid(
                type,
                switch (type) {
                    case HALF -> halfUnit(top);
                    case E4M3 -> top == 0 ? 1 : Math.max(round11(top / E4M3_MAX), Float.MIN_NORMAL);
                    case E8M0, DOUBLE -> 1;
                });
    }

    static float halfUnit(float top) {
        int exponent = top == 0 ? 0 : Math.getExponent(top) - HALF_TOP;
        return Math.scalb(1f, Math.clamp(exponent, LEAST_EXPONENT, LARGEST_EXPONENT - HALF_TOP));
    }

    /** To 11 significant bits, so that products with a level and an e4m3 scale are exact. */
    private static float round11(float value) {
        int bits = Float.floatToIntBits(value);
        return Float.intBitsToFloat(bits + 0x1000 & ~0x1FFF);
    }

    /**
     * The scale of the grid nearest to {@code scale}; E8M0 takes the next lower power of two, as its specification
     * does. {@link
     * ScaleType#DOUBLE} has no grid before all scales are known: the float nearest to {@code scale}.
     */
    public float snap(double scale) {
        return switch (type) {
            case HALF -> Float.float16ToFloat(half(scale)) * unit;
            case E8M0 -> e8m0Value(e8m0Code(scale));
            case E4M3 -> scale == 0 ? 0 : MiniFloat.E4M3.decode(e4m3Code(scale)) * unit;
            case DOUBLE -> (float) scale;
        };
    }

    /** The stored number of a scale that {@link #snap} gave. */
    int code(float scale) {
        return switch (type) {
            case HALF -> half(scale) & 0xFFFF;
            case E8M0 -> e8m0Code(scale);
            case E4M3 -> scale == 0 ? 0 : e4m3Code(scale);
            case DOUBLE -> throw new IllegalStateException("double quantization needs all scales at once");
        };
    }

    private short half(double scale) {
        float most = Float.float16ToFloat((short) 0x7BFF);
        return Float.floatToFloat16((float) Math.clamp(scale / unit, -most, most));
    }

    private static int e8m0Code(double scale) {
        return Math.clamp(Math.getExponent(scale) + (long) E8M0_BIAS, 0, 2 * E8M0_BIAS);
    }

    static float e8m0Value(int code) {
        return Math.scalb(1f, code - E8M0_BIAS);
    }

    /** Never 0, because that would erase a group that is not 0. */
    private int e4m3Code(double scale) {
        return Math.max(1, E4M3_LEVELS.nearest(Math.min(scale / unit, E4M3_MAX)));
    }
}
