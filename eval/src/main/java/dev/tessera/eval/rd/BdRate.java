package dev.tessera.eval.rd;

import java.util.Optional;

/**
 * Bjontegaard delta rate (Bjontegaard 2001, interpolated by PCHIP): how many per cent more rate a codec needs than an anchor
 * for the same quality, in the mean of the logarithms.
 *
 * @param percent below 0 where the codec needs less than the anchor
 * @param coverage share of the anchor's quality interval that the codec reaches; the mean is over that share
 */
public record BdRate(double percent, double coverage) {
    /** Codecs that reach less of the interval are not compared. */
    public static final double MIN_COVERAGE = 0.5;

    /**
     * Compares two curves over the qualities that {@code anchor} has between two rates.
     *
     * @param fromRate lowest rate of the anchor; its own lowest where that is higher
     * @param toRate highest rate of the anchor; its own highest where that is lower
     * @return empty when the anchor has no such interval, or {@code test} reaches less than {@link #MIN_COVERAGE} of it:
     *     never a number for curves that do not overlap
     */
    public static Optional<BdRate> between(
            RateDistortionCurve anchor, RateDistortionCurve test, double fromRate, double toRate) {
        if (!(fromRate >= 0) || !(toRate > fromRate)) {
            throw new IllegalArgumentException(
                    "rates from " + fromRate + " to " + toRate + ", must rise from at least 0");
        }
        Optional<Pchip> anchorRate = anchor.logRateOfQuality();
        Optional<Pchip> testRate = test.logRateOfQuality();
        if (anchorRate.isEmpty() || testRate.isEmpty()) {
            return Optional.empty();
        }
        double low = qualityAt(anchorRate.get(), Math.log(fromRate));
        double high = qualityAt(anchorRate.get(), Math.log(toRate));
        double from = Math.max(low, testRate.get().first());
        double to = Math.min(high, testRate.get().last());
        double coverage = (to - from) / (high - low);
        if (!(high > low) || !(coverage >= MIN_COVERAGE)) {
            return Optional.empty();
        }
        double difference =
                (testRate.get().integral(from, to) - anchorRate.get().integral(from, to)) / (to - from);
        return Optional.of(new BdRate(100 * Math.expm1(difference), coverage));
    }

    /** The quality at which a rising curve takes a value, by bisection; an end of the curve beyond it. */
    private static double qualityAt(Pchip logRate, double value) {
        double low = logRate.first();
        double high = logRate.last();
        if (logRate.at(low) >= value) {
            return low;
        }
        if (logRate.at(high) <= value) {
            return high;
        }
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (logRate.at(middle) < value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
