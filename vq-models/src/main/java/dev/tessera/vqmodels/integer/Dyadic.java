package dev.tessera.vqmodels.integer;

/**
 * The positive number {@code multiplier / 2^shift}, by which integers are multiplied exactly but for one rounding (Yao et al. 2021,
 * HAWQ-V3).
 *
 * @param multiplier at least 1
 * @param shift 0 to {@value #MAX_SHIFT}
 */
public record Dyadic(int multiplier, int shift) {
    /** With this shift the rounding still fits a long. */
    public static final int MAX_SHIFT = 62;

    /** The number 1. */
    public static final Dyadic ONE = new Dyadic(1, 0);

    public Dyadic {
        IntegerLayer.requireIn(1, Integer.MAX_VALUE, multiplier, "multiplier");
        IntegerLayer.requireIn(0, MAX_SHIFT, shift, "shift");
    }

    /** {@code value} times this number, rounded to the nearest integer, halves up. */
    public long times(int value) {
        return rounded((long) value * multiplier, shift);
    }

    /** {@code value / 2^shift}, rounded to the nearest integer, halves up; for magnitudes up to 2^62 and shifts up to 62. */
    static long rounded(long value, int shift) {
        return shift == 0 ? value : value + (1L << shift - 1) >> shift;
    }

    @Override
    public String toString() {
        return multiplier + "/2^" + shift;
    }
}
