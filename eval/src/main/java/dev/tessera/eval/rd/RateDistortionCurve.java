package dev.tessera.eval.rd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Operating points of one codec on one sample, rates and qualities strictly rising. */
public final class RateDistortionCurve {
    private static final int SAMPLES = 400;

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

    /**
     * What the best of several curves needs for each quality, a point for each of {@value #SAMPLES} steps of quality: what a choice
     * among them attains at every rate. The hull lies above it wherever curves bend upwards.
     */
    public static RateDistortionCurve best(List<RateDistortionCurve> curves) {
        List<Pchip> all = curves.stream()
                .map(RateDistortionCurve::logRateOfQuality)
                .flatMap(java.util.Optional::stream)
                .toList();
        double low = all.stream().mapToDouble(Pchip::first).min().orElse(0);
        double high = all.stream().mapToDouble(Pchip::last).max().orElse(0);
        List<RateDistortionPoint> points = new ArrayList<>();
        for (int i = 0; i <= SAMPLES && high > low; i++) {
            double quality = low + (high - low) * i / SAMPLES;
            all.stream()
                    .filter(curve -> quality >= curve.first() && quality <= curve.last())
                    .mapToDouble(curve -> Math.exp(curve.at(quality)))
                    .min()
                    .ifPresent(rate -> points.add(new RateDistortionPoint(rate, quality)));
        }
        return of(points);
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
