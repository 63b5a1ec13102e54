package dev.tessera.codebook;

import java.util.List;

/**
 * How {@link DynamicQuantizer} finds the grain of each cell. Grain 0 is the coarse one, an index for the whole cell; higher
 * grains are finer.
 */
public sealed interface GrainPolicy {
    /**
     * The densest cells get the finer grains, so many that given shares of the cells are met to within one cell. Which
     * cells these are depends on the whole grid; of equally dense cells the earlier one is the finer.
     *
     * @param density what is compared
     * @param shares share of the cells for grain 1, 2, ..., each in {@code [0, 1]}, together at most 1; grain 0 gets the rest
     */
    record Ratio(Density density, List<Double> shares) implements GrainPolicy {
        public Ratio {
            shares = List.copyOf(shares);
            double sum = 0;
            for (double share : shares) {
                if (!(share >= 0 && share <= 1)) {
                    throw new IllegalArgumentException("shares has " + share + ", must be in [0, 1]");
                }
                sum += share;
            }
            if (sum > 1 + 1e-9) {
                throw new IllegalArgumentException("shares is " + shares + ", must sum to at most 1");
            }
        }
    }

    /**
     * A cell gets as high a grain as the number of thresholds below its density. The thresholds are usually percentiles
     * over a training set (Huang et al. 2023, dynamic VQ by information density); a cell's grain then depends on
     * nothing outside the cell.
     *
     * @param density what is compared
     * @param thresholds one fewer than there are grains, not falling, none NaN
     */
    record Threshold(Density density, List<Double> thresholds) implements GrainPolicy {
        public Threshold {
            thresholds = List.copyOf(thresholds);
            double before = Double.NEGATIVE_INFINITY;
            for (double threshold : thresholds) {
                if (!(threshold >= before)) {
                    throw new IllegalArgumentException("thresholds is " + thresholds + ", must not fall");
                }
                before = threshold;
            }
        }
    }

    /**
     * The grains that make squared error + lambda x {@link DynamicTokens#nominalBits()} small: never more than with one
     * grain for all cells, and no change of a single cell makes it smaller. Of equal costs the coarser grain is taken.
     *
     * @param lambda squared error that a bit is worth, finite, at least 0
     */
    record Lagrangian(double lambda) implements GrainPolicy {
        public Lagrangian {
            if (!(lambda >= 0 && lambda < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("lambda is " + lambda + ", must be finite and at least 0");
            }
        }
    }

    /** How much there is to see in a cell. */
    sealed interface Density {
        /** Mean squared distance of the vectors of a cell from their mean. */
        record Variance() implements Density {}

        /**
         * Entropy, in bits, of the histogram of a cell's values, mean over the dimensions. A value counts in bin b with
         * the weight exp(-((value - centre of b) / spacing)^2 / 2), up to four bins away; values out of range count at
         * its end. (Huang et al. 2023 take the grey levels of the picture instead of latents.)
         *
         * @param min centre of the first bin, finite
         * @param max centre of the last bin, finite, above min
         * @param bins at least 2; the paper has 32
         */
        record SoftHistogram(double min, double max, int bins) implements Density {
            public SoftHistogram {
                if (!(min < max) || Double.isInfinite(max - min)) {
                    throw new IllegalArgumentException(
                            "min and max are " + min + " and " + max + ", must be finite and min below max");
                }
                if (bins < 2) {
                    throw new IllegalArgumentException("bins is " + bins + ", must be at least 2");
                }
            }
        }
    }
}
