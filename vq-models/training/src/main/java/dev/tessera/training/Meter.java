package dev.tessera.training;

import dev.tessera.vqmodels.training.TrainingResult;
import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;

/** Means since the last report, and which codes of each stage were hit since then. */
final class Meter {
    private final String qualityName;
    private final int[][] hits; // [stages][codes]
    private final long[] tokens; // of each stage
    private double loss;
    private double quality;
    private long steps;

    Meter(String qualityName, int[] codes) {
        this.qualityName = qualityName;
        hits = new int[codes.length][];
        for (int s = 0; s < codes.length; s++) {
            hits[s] = new int[codes[s]];
        }
        tokens = new long[codes.length];
    }

    void add(Training.Step step) {
        loss += step.loss();
        quality += step.quality();
        steps++;
        for (int s = 0; s < step.indices().size(); s++) {
            for (int index : step.indices().get(s)) {
                hits[s][index]++;
                tokens[s]++;
            }
        }
    }

    void restart() {
        for (int[] stage : hits) {
            Arrays.fill(stage, 0);
        }
        Arrays.fill(tokens, 0);
        loss = 0;
        quality = 0;
        steps = 0;
    }

    private double utilization(int stage) {
        long used = 0;
        for (int count : hits[stage]) {
            used += count > 0 ? 1 : 0;
        }
        return (double) used / hits[stage].length;
    }

    private double ceiling() {
        return -Math.expm1(tokens[0] * Math.log1p(-1.0 / hits[0].length));
    }

    /**
     * A line for people; {@code total} may be unknown yet.
     *
     * @param more what the bottleneck has to say, may be empty
     */
    String line(long done, long total, double secondsPerStep, String more) {
        boolean known = total != Long.MAX_VALUE;
        String left = known ? duration((total - done) * secondsPerStep) + " left" : "";
        StringJoiner parts = new StringJoiner("  ");
        parts.add(String.format(
                Locale.ROOT,
                "step %d%s  loss %.4f  %s %.2f",
                done,
                known ? " of " + total : "",
                loss / steps,
                qualityName,
                quality / steps));
        if (hits.length > 0) {
            parts.add(useOfCodes());
        }
        if (!more.isEmpty()) {
            parts.add(more);
        }
        return parts.add(String.format(Locale.ROOT, "%.2f steps/s", 1 / secondsPerStep))
                .add(left)
                .toString();
    }

    private String useOfCodes() {
        StringJoiner utilizations = new StringJoiner(" ");
        for (int s = 0; s < hits.length; s++) {
            utilizations.add(String.format(Locale.ROOT, "%.1f", 100 * utilization(s)));
        }
        return String.format(
                Locale.ROOT,
                "utilization %s %% of %d over %d tokens (ceiling %.1f %%)",
                utilizations,
                hits[0].length,
                tokens[0],
                100 * ceiling());
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 3600
                ? String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60)
                : String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60);
    }

    TrainingResult result(long done, double seconds, boolean finished) {
        return new TrainingResult(
                done,
                steps == 0 ? Double.NaN : loss / steps,
                qualityName,
                steps == 0 ? Double.NaN : quality / steps,
                hits.length == 0 ? Double.NaN : utilization(0),
                hits.length == 0 ? Double.NaN : ceiling(),
                hits.length == 0 ? 0 : tokens[0],
                seconds,
                finished);
    }
}
