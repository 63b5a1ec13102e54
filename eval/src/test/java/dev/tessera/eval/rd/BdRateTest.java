package dev.tessera.eval.rd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BdRateTest {
    /** Quality over rates 0.01 times powers of 2, with a bend. */
    private static RateDistortionCurve curve(double rateFactor, double qualityShift) {
        List<RateDistortionPoint> points = new ArrayList<>();
        double[] qualities = {20, 22.5, 24.6, 26.2, 27.4, 28.1};
        for (int i = 0; i < qualities.length; i++) {
            points.add(new RateDistortionPoint(.01 * Math.pow(2, i) * rateFactor, qualities[i] + qualityShift));
        }
        return RateDistortionCurve.of(points);
    }

    @Test
    void aShiftOfTheRateIsExact() {
        for (double factor : new double[] {.5, .9, 1, 1.25, 1.9}) {
            BdRate rate =
                    BdRate.between(curve(1, 0), curve(factor, 0), .02, .15).orElseThrow();
            assertEquals(100 * (factor - 1), rate.percent(), 1e-9);
            assertEquals(1, rate.coverage(), 1e-12);
        }
    }

    @Test
    void theIntervalIsThatOfTheAnchorBetweenTheRates() {
        // equal up to 24.6 dB (0.04), twice the rate from 26.2 dB on
        List<RateDistortionPoint> points = new ArrayList<>(curve(1, 0).points().subList(0, 3));
        points.addAll(curve(2, 0).points().subList(3, 6));
        RateDistortionCurve bent = RateDistortionCurve.of(points);
        assertEquals(
                0, BdRate.between(curve(1, 0), bent, .01, .02).orElseThrow().percent(), 1);
        assertEquals(
                100, BdRate.between(curve(1, 0), bent, .16, .32).orElseThrow().percent(), 1);
    }

    @Test
    void aStraightLineShiftedUpNeedsLess() {
        // 3 dB per doubling: 1.5 dB more is a factor of sqrt 2 less
        List<RateDistortionPoint> anchor = new ArrayList<>();
        List<RateDistortionPoint> test = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            anchor.add(new RateDistortionPoint(Math.pow(2, i), 3 * i));
            test.add(new RateDistortionPoint(Math.pow(2, i), 3 * i + 1.5));
        }
        BdRate rate = BdRate.between(RateDistortionCurve.of(anchor), RateDistortionCurve.of(test), 2, 16)
                .orElseThrow();
        assertEquals(100 * (Math.sqrt(.5) - 1), rate.percent(), 1e-9);
    }

    @Test
    void theBestOfTwoCurvesIsTheLowerRateEverywhere() {
        RateDistortionCurve first = curve(1, 0);
        RateDistortionCurve second = curve(1.5, 2); // better where the first bends down
        RateDistortionCurve best = RateDistortionCurve.best(List.of(first, second));
        for (RateDistortionPoint point : best.points()) {
            double least = List.of(first, second).stream()
                    .map(RateDistortionCurve::logRateOfQuality)
                    .map(Optional::orElseThrow)
                    .filter(p -> point.quality() >= p.first() && point.quality() <= p.last())
                    .mapToDouble(p -> p.at(point.quality()))
                    .min()
                    .orElseThrow();
            assertEquals(least, Math.log(point.rate()), 1e-9);
        }
        assertEquals(
                0,
                BdRate.between(RateDistortionCurve.best(List.of(first)), first, .02, .3)
                        .orElseThrow()
                        .percent(),
                .1);
    }

    /** A curve that bends upwards: the hull is a straight line above it, which no setting attains. */
    @Test
    void theHullPromisesMoreThanTheBest() {
        List<RateDistortionPoint> points = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            points.add(new RateDistortionPoint(.01 * Math.pow(2, i), 20 + i * i));
        }
        RateDistortionCurve bent = RateDistortionCurve.of(points);
        RateDistortionCurve best = RateDistortionCurve.best(List.of(bent));
        assertEquals(0, BdRate.between(best, bent, .02, .15).orElseThrow().percent(), .1);
        assertTrue(
                BdRate.between(bent.upperHull(), bent, .02, .15).orElseThrow().percent() > 20);
    }

    @Test
    void curvesWithoutOverlapHaveNoNumber() {
        assertEquals(Optional.empty(), BdRate.between(curve(1, 0), curve(1, 20), .02, .15));
        assertEquals(Optional.empty(), BdRate.between(curve(1, 0), curve(1, -20), .02, .15));
        // reaches a little of the interval only
        assertEquals(Optional.empty(), BdRate.between(curve(1, 0), curve(1, 5), .02, .08));
        // the anchor has nothing between these rates
        assertEquals(Optional.empty(), BdRate.between(curve(1, 0), curve(1, 0), 1, 2));
        RateDistortionCurve one = RateDistortionCurve.of(List.of(new RateDistortionPoint(.05, 25)));
        assertEquals(Optional.empty(), BdRate.between(curve(1, 0), one, .02, .15));
        assertEquals(Optional.empty(), BdRate.between(one, curve(1, 0), .02, .15));
    }

    @Test
    void theShareThatIsReachedIsReported() {
        BdRate rate = BdRate.between(curve(1, 0), curve(1, 1), .01, .32).orElseThrow();
        assertEquals((28.1 - 21) / (28.1 - 20), rate.coverage(), 1e-9);
    }

    @Test
    void badRatesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> BdRate.between(curve(1, 0), curve(1, 0), .2, .1));
        assertThrows(IllegalArgumentException.class, () -> new RateDistortionPoint(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new RateDistortionPoint(1, Double.POSITIVE_INFINITY));
    }

    @Test
    void dominatedPointsAreLeftOutAndTheHullIsConvex() {
        RateDistortionCurve curve = RateDistortionCurve.of(List.of(
                new RateDistortionPoint(4, 9),
                new RateDistortionPoint(1, 1),
                new RateDistortionPoint(2, 2),
                new RateDistortionPoint(2, 1.5),
                new RateDistortionPoint(8, 8)));
        assertEquals(
                List.of(new RateDistortionPoint(1, 1), new RateDistortionPoint(2, 2), new RateDistortionPoint(4, 9)),
                curve.points());
        assertEquals(
                List.of(new RateDistortionPoint(1, 1), new RateDistortionPoint(4, 9)),
                curve.upperHull().points());
        assertEquals(curve(1, 0).points(), curve(1, 0).upperHull().points());
        assertTrue(RateDistortionCurve.of(List.of()).points().isEmpty());
    }

    @Test
    void summariesCountWhatCouldNotBeCompared() {
        BdSummary summary = BdSummary.of(
                "ours",
                "theirs",
                "psnr",
                .02,
                .06,
                false,
                List.of(
                        new BdSummary.Entry("a", Optional.of(new BdRate(-10, 1))),
                        new BdSummary.Entry("b", Optional.empty()),
                        new BdSummary.Entry("c", Optional.of(new BdRate(4, .8)))));
        assertEquals(-3, summary.median());
        assertEquals(-3, summary.mean());
        assertEquals(1, summary.won());
        assertEquals(List.of("b"), summary.absent());
        assertEquals(null, BdSummary.of("o", "t", "psnr", 0, 1, true, List.of()).median());
    }
}
