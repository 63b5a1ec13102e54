package dev.tessera.vqmodels.kernels;

/**
 * Functions of one float out of additions, products, fused multiply-adds and divisions in a fixed order, each of which has one
 * correct result: the same bits on every machine. The coefficients are minimax fits made for this class (iteratively
 * reweighted least squares against double precision) and then rounded to float.
 */
public final class Functions {
    /** 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits. */
    static final float ROUNDER = 12582912f;

    static final int MANTISSA_BITS = 23;
    static final int ONE_BITS = 0x3F800000; // of 1f

    // a Phi(-a) = a N(a) / D(a) on [0, GELU_END], Phi the normal distribution function; beyond it the value is below
    // 1e-8
    static final float GELU_END = 6;
    static final float[] GELU_NUMERATOR = {
        0.50000274f, -0.55330664f, 0.25668484f, -0.06385772f, 0.008979492f, -6.762599e-4f, 2.1296864e-5f
    };
    static final float[] GELU_DENOMINATOR = {
        1f, -0.3086311f, 0.26651365f, -0.04621885f, 0.01902327f, 0.0013877617f, -5.1111146e-4f, 3.1684147e-4f
    };

    // exp(r) = 1 + r + r^2 (EXP0 + EXP1 r + ...) on [-ln 2 / 2, ln 2 / 2]
    static final float EXP_MIN = -87;
    static final float EXP_MAX = 88;
    static final float LOG2_E = 1.442695f;
    static final float LN2_HIGH = 0.6931472f;
    static final float LN2_LOW = -1.9046542e-9f;
    static final float EXP0 = 0.49999994f;
    static final float EXP1 = 0.16666521f;
    static final float EXP2 = 0.04166839f;
    static final float EXP3 = 0.008368745f;
    static final float EXP4 = 0.001381454f;

    // sin(r) = r + r^3 (SIN0 + SIN1 r^2 + ...) and cos(r) = 1 - r^2 / 2 + r^4 (COS0 + ...) on [-pi / 2, pi / 2]
    static final float ANGLE_MAX = 1 << 17;
    static final float INVERSE_PI = 0.31830987f;
    static final float PI_HIGH = 3.1415927f;
    static final float PI_LOW = -8.742278e-8f;
    static final float SIN0 = -0.16666657f;
    static final float SIN1 = 0.008333016f;
    static final float SIN2 = -1.9806546e-4f;
    static final float SIN3 = 2.599903e-6f;
    private static final float COS0 = 0.041666657f;
    private static final float COS1 = -0.0013888568f;
    private static final float COS2 = 2.476924e-5f;
    private static final float COS3 = -2.619248e-7f;

    private Functions() {}

    /**
     * x Phi(x), the Gaussian error linear unit (Hendrycks and Gimpel 2016, the exact form, not that with tanh). Error at most
     * 2e-7 max(1, |x|).
     */
    public static float gelu(float x) {
        float a = Math.min(Math.abs(x), GELU_END);
        float n = GELU_NUMERATOR[GELU_NUMERATOR.length - 1];
        for (int k = GELU_NUMERATOR.length - 2; k >= 0; k--) {
            n = Math.fma(n, a, GELU_NUMERATOR[k]);
        }
        float d = GELU_DENOMINATOR[GELU_DENOMINATOR.length - 1];
        for (int k = GELU_DENOMINATOR.length - 2; k >= 0; k--) {
            d = Math.fma(d, a, GELU_DENOMINATOR[k]);
        }
        return Math.max(x, 0) - a * n / d;
    }

    /** x / (1 + exp(-x)), also called swish. Relative error at most 3e-7 for x of at least -87. */
    public static float silu(float x) {
        return x / (1 + exp(-x));
    }

    /**
     * x + sin(alpha x)^2 / alpha (Ziyin, Hartwig and Ueda 2020, equation 3). Error at most 3e-7 (|x| + 1 / |alpha|) beyond the
     * rounding of alpha x, which is held to 2^17.
     */
    public static float snake(float x, float alpha) {
        float r = reduced(clampedAngle(x * alpha));
        float s = sinPolynomial(r);
        return x + s * s / alpha;
    }

    /** e^x, x held to [-87, 88]. Relative error at most 2e-7. */
    public static float exp(float x) {
        float c = Math.max(Math.min(x, EXP_MAX), EXP_MIN);
        float t = Math.fma(c, LOG2_E, ROUNDER);
        float n = t - ROUNDER;
        float r = Math.fma(n, -LN2_HIGH, c);
        r = Math.fma(n, -LN2_LOW, r);
        float p = EXP4;
        p = Math.fma(p, r, EXP3);
        p = Math.fma(p, r, EXP2);
        p = Math.fma(p, r, EXP1);
        p = Math.fma(p, r, EXP0);
        float y = Math.fma(r * r, p, r) + 1;
        return y * Float.intBitsToFloat((Float.floatToRawIntBits(t) << MANTISSA_BITS) + ONE_BITS);
    }

    /** sin(x), x held to [-2^17, 2^17]. Error at most 2e-7. */
    public static float sin(float x) {
        float y = clampedAngle(x);
        return sinPolynomial(reduced(y)) * sign(y);
    }

    /** cos(x), x held to [-2^17, 2^17]. Error at most 2e-7. */
    public static float cos(float x) {
        float y = clampedAngle(x);
        float r = reduced(y);
        float q = r * r;
        float p = COS3;
        p = Math.fma(p, q, COS2);
        p = Math.fma(p, q, COS1);
        p = Math.fma(p, q, COS0);
        return Math.fma(q * q, p, Math.fma(q, -0.5f, 1)) * sign(y);
    }

    private static float clampedAngle(float x) {
        return Math.max(Math.min(x, ANGLE_MAX), -ANGLE_MAX);
    }

    /** y - n pi, n the integer nearest to y / pi. */
    private static float reduced(float y) {
        float n = Math.fma(y, INVERSE_PI, ROUNDER) - ROUNDER;
        float r = Math.fma(n, -PI_HIGH, y);
        return Math.fma(n, -PI_LOW, r);
    }

    /** 1 for an even number of half turns, else -1. */
    private static float sign(float y) {
        return 1 - 2 * (Float.floatToRawIntBits(Math.fma(y, INVERSE_PI, ROUNDER)) & 1);
    }

    private static float sinPolynomial(float r) {
        float q = r * r;
        float p = SIN3;
        p = Math.fma(p, q, SIN2);
        p = Math.fma(p, q, SIN1);
        p = Math.fma(p, q, SIN0);
        return Math.fma(r * q, p, r);
    }
}
