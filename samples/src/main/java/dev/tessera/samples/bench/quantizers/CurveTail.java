package dev.tessera.samples.bench.quantizers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether a training was over when it ended: the loss still falls when its mean over the last fifth of the curve is below that of
 * the fifth before by more than two standard errors of the difference. Each is of a step of its own, on other crops.
 *
 * @param before mean loss of the last but one fifth
 * @param last mean loss of the last fifth
 * @param standardError of their difference
 */
record CurveTail(double before, double last, double standardError) {
    private static final int PARTS = 5;
    private static final double ERRORS = 2;

    /** @param curve {@code step,loss,psnr,learning_rate} with a line of names */
    static CurveTail read(Path curve) throws IOException {
        List<String> lines = Files.readAllLines(curve);
        return of(lines.stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line.split(",")[1]))
                .toArray());
    }

    static CurveTail of(double[] losses) {
        int count = Math.max(1, losses.length / PARTS);
        int middle = losses.length - count;
        int first = Math.max(0, middle - count);
        double before = mean(losses, first, middle);
        double last = mean(losses, middle, losses.length);
        double error = Math.sqrt(variance(losses, first, middle, before) / Math.max(1, middle - first)
                + variance(losses, middle, losses.length, last) / count);
        return new CurveTail(before, last, error);
    }

    boolean stillFalling() {
        return before - last > ERRORS * standardError;
    }

    private static double mean(double[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return to > from ? sum / (to - from) : values[0];
    }

    private static double variance(double[] values, int from, int to, double mean) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (values[i] - mean) * (values[i] - mean);
        }
        return to - from > 1 ? sum / (to - from - 1) : 0;
    }
}
