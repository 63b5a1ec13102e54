package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * Logarithmic quantization of skewed activations, such as those behind a softmax or a ReLU: magnitudes are scale x
 * base^-n with base 2
 * (FQ-ViT, Lin et al. 2022, equation 6) or sqrt(2) (RepQ-ViT, Li et al. 2023, section 3.3), n rounded in the
 * logarithmic domain.
 *
 * <p>The last code of magnitude is 0, which those papers do not have and ReLU makes often. A signed quantizer spends
 * the highest bit on
 * the sign. Deterministic: powers come from a table, no logarithm is computed.
 */
public final class LogQuantizer {
    private static final double HALF_STEP = 1.189207115002721; // 2^(1/4)
    private static final double SQRT_2 = 1.4142135623730951;
    private static final double STEP_AND_HALF = 1.681792830507429; // 2^(3/4)

    private final int bits;
    private final boolean squareRoot;
    private final boolean signed;
    private final float scale;
    private final float[] levels; // by code

    private LogQuantizer(int bits, boolean squareRoot, boolean signed, float scale) {
        Checks.requireIn(signed ? 3 : 2, 8, bits, "bits");
        if (!(scale >= Float.MIN_NORMAL && scale < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("scale is " + scale + ", must be finite and above 0");
        }
        this.bits = bits;
        this.squareRoot = squareRoot;
        this.signed = signed;
        this.scale = scale;
        this.levels = new float[1 << bits];
        int zero = zeroCode();
        for (int code = 0; code < levels.length; code++) {
            int n = code & zero;
            double power = Math.scalb(1.0, squareRoot ? -(n >> 1) : -n);
            double magnitude = squareRoot && (n & 1) == 1 ? scale * power / SQRT_2 : scale * power;
            levels[code] = n == zero ? 0 : (float) (code > zero ? -magnitude : magnitude);
        }
    }

    /**
     * Base 2.
     *
     * @param bits of a code: 2 to 8, from 3 when signed
     * @param scale the largest magnitude, above 0
     */
    public static LogQuantizer powersOfTwo(int bits, boolean signed, float scale) {
        return new LogQuantizer(bits, false, signed, scale);
    }

    /** Base sqrt(2); as {@link #powersOfTwo} otherwise. */
    public static LogQuantizer powersOfSqrt2(int bits, boolean signed, float scale) {
        return new LogQuantizer(bits, true, signed, scale);
    }

    /** Bits of a code. */
    public int bits() {
        return bits;
    }

    public boolean signed() {
        return signed;
    }

    /** The largest magnitude. */
    public float scale() {
        return scale;
    }

    /** The values by code, {@code [2^bits]}. */
    public float[] levels() {
        return levels.clone();
    }

    /**
     * The code of {@code value}: the nearest power in the logarithmic domain; 0 below half a step under the smallest
     * one, and for
     * negative values of an unsigned quantizer.
     *
     * @throws IllegalArgumentException when the value is NaN
     */
    public int quantize(float value) {
        if (Float.isNaN(value)) {
            throw new IllegalArgumentException("value is NaN, must be a number");
        }
        int zero = zeroCode();
        if (value == 0 || !signed && value < 0) {
            return zero;
        }
        double ratio = Math.abs((double) value) / scale;
        int n = ratio >= 1 ? 0 : steps(ratio);
        return n >= zero ? zero : signed && value < 0 ? zero + 1 + n : n;
    }

    /** The codes of {@code values}. */
    public byte[] quantize(float[] values) {
        byte[] codes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            codes[i] = (byte) quantize(values[i]);
        }
        return codes;
    }

    /**
     * The values of {@code codes}, bytes from 0 to 255.
     *
     * @throws IllegalArgumentException when a code is not below 2^bits
     */
    public float[] dequantize(byte[] codes) {
        float[] values = new float[codes.length];
        for (int i = 0; i < codes.length; i++) {
            values[i] = levels[(int) Checks.requireIn(0, levels.length - 1, codes[i] & 0xFF, "code")];
        }
        return values;
    }

    /** round(-log_base(ratio)) for a ratio in (0, 1), by its exponent and by where its mantissa lies between powers. */
    private int steps(double ratio) {
        int exponent =
                Math.getExponent(ratio); // scale and value are normal floats or not: their ratio is a normal double
        double mantissa = Math.scalb(ratio, -exponent);
        if (!squareRoot) {
            return -exponent - (mantissa > SQRT_2 ? 1 : 0);
        }
        return -2 * exponent - (mantissa > STEP_AND_HALF ? 2 : mantissa > HALF_STEP ? 1 : 0);
    }

    /** The code of magnitude 0, which is also the mask of magnitudes. */
    private int zeroCode() {
        return (1 << (signed ? bits - 1 : bits)) - 1;
    }
}
