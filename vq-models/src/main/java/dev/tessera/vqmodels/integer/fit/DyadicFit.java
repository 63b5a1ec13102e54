package dev.tessera.vqmodels.integer.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.vqmodels.integer.Dyadic;

/** Between real numbers and dyadic ones. */
public final class DyadicFit {
    private static final int MULTIPLIER_BITS = 31;

    private DyadicFit() {}

    /** The dyadic number nearest to {@code value}, with a multiplier of 31 bits where the shift allows: relative 2^-31. */
    public static Dyadic nearest(double value) {
        return nearest(value, Dyadic.MAX_SHIFT);
    }

    /**
     * The nearest of the dyadic numbers with a shift of at most {@code mostShift}.
     *
     * @param value 2^-mostShift to 2^31 - 1
     */
    public static Dyadic nearest(double value, int mostShift) {
        Checks.requireIn(Math.scalb(1.0, -mostShift), Integer.MAX_VALUE, value, "value");
        int shift = Math.min(mostShift, MULTIPLIER_BITS - 1 - Math.getExponent(value));
        double multiplier = Math.rint(Math.scalb(value, shift));
        if (multiplier > Integer.MAX_VALUE) { // rounded up to 2^31
            multiplier = Math.rint(Math.scalb(value, --shift));
        }
        return new Dyadic((int) multiplier, shift);
    }

    /** The real number. */
    public static double value(Dyadic number) {
        return Math.scalb((double) number.multiplier(), -number.shift());
    }
}
