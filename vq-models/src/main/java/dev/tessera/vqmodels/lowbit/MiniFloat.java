package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/**
 * A floating-point format of at most 8 bits: sign, exponent, mantissa, from the highest bit down, with subnormals.
 *
 * @param exponentBits 1 to 5
 * @param mantissaBits 1 to 3
 * @param bias of the exponent
 * @param topIsNan whether the code of all ones (but the sign) is a NaN; there is no infinity
 */
public record MiniFloat(int exponentBits, int mantissaBits, int bias, boolean topIsNan) {
    /** 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives (OCP Microscaling Formats 1.0, section 5.3.3). */
    public static final MiniFloat E2M1 = new MiniFloat(2, 1, 1, false);

    /** Up to 28 (OCP Microscaling Formats 1.0, section 5.3.2). */
    public static final MiniFloat E3M2 = new MiniFloat(3, 2, 3, false);

    /** Up to 448, "FN" (Micikevicius et al. 2022, table 1). */
    public static final MiniFloat E4M3 = new MiniFloat(4, 3, 7, true);

    public MiniFloat {
        Checks.requireIn(1, 5, exponentBits, "exponentBits");
        Checks.requireIn(1, 3, mantissaBits, "mantissaBits");
        Checks.requireIn(-100, 100, bias, "bias");
    }

    /** Bits of a code, sign included. */
    public int bits() {
        return 1 + exponentBits + mantissaBits;
    }

    /** The value of {@code code}, whose bits above {@link #bits()} do not count; exact. */
    public float decode(int code) {
        int magnitude = code & (1 << (bits() - 1)) - 1;
        float value;
        if (topIsNan && magnitude == (1 << (bits() - 1)) - 1) {
            value = Float.NaN;
        } else {
            int exponent = magnitude >> mantissaBits;
            int mantissa = magnitude & (1 << mantissaBits) - 1;
            int whole = exponent == 0 ? mantissa : mantissa + (1 << mantissaBits);
            value = Math.scalb((float) whole, Math.max(exponent, 1) - bias - mantissaBits);
        }
        return (code >> (bits() - 1) & 1) == 0 ? value : -value;
    }

    /** All values by code, {@code [2^bits]}. */
    public float[] table() {
        float[] table = new float[1 << bits()];
        for (int code = 0; code < table.length; code++) {
            table[code] = decode(code);
        }
        return table;
    }
}
