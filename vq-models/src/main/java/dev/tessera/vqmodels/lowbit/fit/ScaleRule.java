package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightFormat;

/** How the scale of a group of weights is chosen. */
public enum ScaleRule {
    /**
     * The largest magnitude meets the outermost level, of integers without zero point the one of code 0; with zero
     * point the smallest
     * and the largest value (and 0) meet the outermost levels. MXFP4 follows its specification: the power of two below
     * the largest
     * magnitude, over 4.
     */
    ABSMAX,
    /** The mean of magnitudes; of ternary (BitNet b1.58, Ma et al. 2024) and binary weights. */
    ABSMEAN,
    /** The median of magnitudes; of ternary weights ("b1.58 Reloaded", Nielsen and Schneider-Kamp 2024). */
    ABSMEDIAN,
    /**
     * The least squared error of the group, weighted by what is known of its inputs: about 60 clip ratios, then least
     * squares for the
     * codes found. Never worse than the standard rule.
     */
    MIN_MSE;

    /** What is usual for a format: the mean for ternary and binary weights, else the largest magnitude. */
    public static ScaleRule standard(WeightFormat format) {
        return format == WeightFormat.TERNARY || format == WeightFormat.BINARY ? ABSMEAN : ABSMAX;
    }

    void requireFits(ScalarFormat format) {
        WeightFormat name = format.format();
        boolean fits = switch (this) {
            case ABSMAX, MIN_MSE -> true;
            case ABSMEAN -> name == WeightFormat.TERNARY || name == WeightFormat.BINARY;
            case ABSMEDIAN -> name == WeightFormat.TERNARY;
        };
        if (!fits) {
            throw new IllegalArgumentException("scaleRule is " + this + ", which " + name.formatName() + " has not");
        }
    }
}
