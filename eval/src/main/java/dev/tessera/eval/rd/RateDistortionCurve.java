package dev.tessera.eval.rd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Operating points of one codec on one sample, rates and qualities strictly rising. */
public final class RateDistortionCurve {
    private final List<RateDistortionPoint> points;

    private RateDistortionCurve(List<RateDistortionPoint> points) {
        this.points = List.copyOf(points);
    }

    /** The points that no other point matches at a lower or equal rate. */
    public static RateDistortionCurve of(List<RateDistortionPoint> points) {
        List<RateDistortionPoint> sorted = new ArrayList<>(points);
        sorted.sort(Comparator.comparingDouble(RateDistortionPoint::rate)
                .thenComparing(
                        Comparator.comparingDouble(RateDistortionPoint::quality).reversed()));
        List<RateDistortionPoint> kept = new ArrayList<>();
        for (RateDistortionPoint point : sorted) {
            if (kept.isEmpty() || point.quality() > kept.getLast().quality()) {
                kept.add(point);
            }
        }
        return new RateDistortionCurve(kept);
    }

    /** The corners of the upper convex hull over the logarithm of the rate: the best that a choice of points can do. */
    public RateDistortionCurve upperHull() {
        List<RateDistortionPoint> hull = new ArrayList<>();
        for (RateDistortionPoint point : points) {
            while (hull.size() >= 2 && !turnsDown(hull.get(hull.size() - 2), hull.getLast(), point)) {
                hull.removeLast();
            }
            hull.add(point);
        }
        return new RateDistortionCurve(hull);
    }

    public List<RateDistortionPoint> points() {
        return points;
    }

    /** Logarithm of the rate over quality; absent with fewer than 2 points. */
    java.util.Optional<Pchip> logRateOfQuality() {
        return points.size() < 2
                ? java.util.Optional.empty()
                : java.util.Optional.of(new Pchip(
                        points.stream()
                                .mapToDouble(RateDistortionPoint::quality)
                                .toArray(),
                        points.stream()
                                .mapToDouble(RateDistortionPoint::logRate)
                                .toArray()));
    }

    private static boolean turnsDown(RateDistortionPoint a, RateDistortionPoint b, RateDistortionPoint c) {
        double dx = c.logRate() - a.logRate();
        return (b.logRate() - a.logRate()) * (c.quality() - a.quality()) < dx * (b.quality() - a.quality());
    }
}
