package dev.tessera.training;

import dev.tessera.vqmodels.training.TrainingResult;
import java.util.Locale;

/** Means since the last report, and which codes of the first stage were hit since then. */
final class Meter {
    private final int[] hits;
    private double loss;
    private double psnr;
    private long tokens;
    private long steps;

    Meter(int codes) {
        hits = new int[codes];
    }

    void add(ImageTraining.Step step) {
        loss += step.loss();
        psnr += step.psnr();
        steps++;
        for (int index : step.indices()) {
            hits[index]++;
            tokens++;
        }
    }

    void restart() {
        java.util.Arrays.fill(hits, 0);
        loss = 0;
        psnr = 0;
        tokens = 0;
        steps = 0;
    }

    private double utilization() {
        long used = 0;
        for (int count : hits) {
            used += count > 0 ? 1 : 0;
        }
        return (double) used / hits.length;
    }

    private double ceiling() {
        return -Math.expm1(tokens * Math.log1p(-1.0 / hits.length));
    }

    /** A line for people; {@code total} may be unknown yet. */
    String line(long done, long total, double secondsPerStep) {
        boolean known = total != Long.MAX_VALUE;
        String left = known ? duration((total - done) * secondsPerStep) + " left" : "";
        return String.format(
                Locale.ROOT,
                "step %d%s  loss %.4f  PSNR %.2f dB  utilization %.1f %% of %d over %d tokens (ceiling %.1f %%)  %.2f steps/s"
                        + "  %s",
                done,
                known ? " of " + total : "",
                loss / steps,
                psnr / steps,
                100 * utilization(),
                hits.length,
                tokens,
                100 * ceiling(),
                1 / secondsPerStep,
                left);
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
                steps == 0 ? Double.NaN : psnr / steps,
                utilization(),
                ceiling(),
                tokens,
                seconds,
                finished);
    }
}
