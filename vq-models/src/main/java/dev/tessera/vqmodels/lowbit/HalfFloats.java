package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;

/** Numbers of any magnitude in 16 bits: F16 times one power of two. Immutable. */
final class HalfFloats {
    private final float unit;
    private final float[] halves; // exactly F16
    private final float[] values; // halves x unit

    /** From what {@link #halves()} and {@link #unit()} returned. */
    HalfFloats(float[] halves, float unit) {
        Checks.requireFinite(halves, "halves");
        if (!(unit >= Float.MIN_NORMAL && unit < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("unit is " + unit + ", must be finite and above 0");
        }
        this.unit = unit;
        this.halves = halves;
        this.values = new float[halves.length];
        for (int i = 0; i < halves.length; i++) {
            values[i] = halves[i] * unit;
        }
        Checks.requireFinite(values, "values");
    }

    /** Each value rounded to 11 significant bits, unless it is below 2^-25 of the largest. */
    static HalfFloats of(float[] values) {
        Checks.requireFinite(values, "values");
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        float unit = ScaleGrid.halfUnit(largest);
        float[] halves = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            halves[i] = round(values[i] / unit);
        }
        return new HalfFloats(halves, unit);
    }

    /** The F16 nearest to {@code value}. */
    static float round(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
    }

    /** {@code values}, each rounded to F16. */
    static float[] round(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = round(values[i]);
        }
        return rounded;
    }

    float unit() {
        return unit;
    }

    float[] halves() {
        return halves;
    }

    float[] values() {
        return values;
    }
}
