package dev.tessera.eval.rd;

/**
 * One operating point.
 *
 * @param rate bits per pixel or kilobits per second, above 0
 * @param quality higher is better
 */
public record RateDistortionPoint(double rate, double quality) {
    public RateDistortionPoint {
        if (!(rate > 0) || !Double.isFinite(rate) || !Double.isFinite(quality)) {
            throw new IllegalArgumentException(
                    "rate " + rate + " and quality " + quality + " must be finite, the rate above 0");
        }
    }

    double logRate() {
        return Math.log(rate);
    }
}
