package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/** Chooses range and step of a {@link ScalarQuantizer} from data. */
public final class ScalarBits {
    private static final int STARTS = 16; // ranges tried, 1/16 .. 16/16 of the data's
    private static final int ITERATIONS = 50;

    private ScalarBits() {}

    /** {@link #fit(Latents, int[], int)} with the same number of bits in every dimension, on one thread. */
    public static ScalarQuantizer fit(Latents vectors, int bits) {
        return fit(vectors, same(vectors, bits), 1);
    }

    /**
     * The uniform quantizer with the least mean squared error per dimension (Max 1960, for equal steps): from 16 ranges around
     * the middle of the data's the best, improved in turns of nearest values and least-squares low and step. Never worse than
     * {@link #minMax(Latents, int[])} up to rounding. O(count x dim x turns), 67 turns at most.
     *
     * @param bits {@code [dim]}, each in [1, 8]
     * @param threads at least 1; the result does not depend on it
     */
    public static ScalarQuantizer fit(Latents vectors, int[] bits, int threads) {
        ScalarQuantizer start = minMax(vectors, bits);
        float[] low = start.low();
        float[] step = start.step();
        int d = vectors.dim();
        try (Workers workers = new Workers(threads)) {
            workers.run(d, j -> {
                Line best = bestLine(column(vectors, j), low[j], step[j], (1 << bits[j]) - 1);
                if (Float.isFinite((float) best.low) && (float) best.step > 0) {
                    low[j] = (float) best.low;
                    step[j] = (float) best.step;
                }
            });
        }
        return new ScalarQuantizer(bits, low, step);
    }

    /** {@link #minMax(Latents, int[])} with the same number of bits in every dimension. */
    public static ScalarQuantizer minMax(Latents vectors, int bits) {
        return minMax(vectors, same(vectors, bits));
    }

    /** The first value of each dimension is the data's smallest, the last its largest. */
    public static ScalarQuantizer minMax(Latents vectors, int[] bits) {
        int d = vectors.dim();
        if (vectors.count() < 1) {
            throw new IllegalArgumentException("there are no vectors to learn from");
        }
        if (bits.length != d) {
            throw new IllegalArgumentException(
                    "bits has " + bits.length + " values, must have one per dimension, " + d);
        }
        float[] low = new float[d];
        float[] step = new float[d];
        for (int j = 0; j < d; j++) {
            double[] x = column(vectors, j);
            low[j] = (float) Arrays.stream(x).min().orElseThrow();
            double range = Arrays.stream(x).max().orElseThrow() - low[j];
            float widest = (float) (range / ((1 << bits[j]) - 1));
            step[j] = widest > 0 ? widest : 1; // a constant dimension: any step will do
        }
        return new ScalarQuantizer(bits, low, step);
    }

    private static int[] same(Latents vectors, int bits) {
        int[] all = new int[vectors.dim()];
        Arrays.fill(all, bits);
        return all;
    }

    private static double[] column(Latents vectors, int j) {
        int d = vectors.dim();
        double[] x = new double[vectors.count()];
        for (int i = 0; i < x.length; i++) {
            x[i] = vectors.data()[i * d + j];
            if (!Double.isFinite(x[i])) {
                throw new IllegalArgumentException(
                        "vector " + i + " has the value " + x[i] + " in dimension " + j + ", must be finite");
            }
        }
        return x;
    }

    /** The values low + digit x step, and the mean squared error with them. */
    private record Line(double low, double step, double error) {}

    private static Line bestLine(double[] x, double low, double widest, int last) {
        double middle = low + 0.5 * last * widest;
        Line best = improved(new Line(low, widest, 0), x, last, 0);
        for (int s = STARTS - 1; s >= 1; s--) {
            double step = widest * s / STARTS;
            Line line = improved(new Line(middle - 0.5 * last * step, step, 0), x, last, 0);
            if (line.error < best.error) {
                best = line;
            }
        }
        return improved(best, x, last, ITERATIONS);
    }

    /** The best of {@code start} and up to {@code iterations} improvements of it, with its error. */
    private static Line improved(Line start, double[] x, int last, int iterations) {
        Line best = new Line(start.low, start.step, Double.POSITIVE_INFINITY);
        Line line = start;
        for (int it = 0; it <= iterations; it++) {
            double sumDigit = 0;
            double sumDigit2 = 0;
            double sumX = 0;
            double sumDigitX = 0;
            double error = 0;
            for (double value : x) {
                double digit = Math.clamp(Math.floor((value - line.low) / line.step + 0.5), 0.0, (double) last);
                double left = value - (line.low + digit * line.step);
                error += left * left;
                sumDigit += digit;
                sumDigit2 += digit * digit;
                sumX += value - start.low; // relative to a value nearby, or the sums would cancel
                sumDigitX += digit * (value - start.low);
            }
            if (error / x.length >= best.error) {
                return best;
            }
            best = new Line(line.low, line.step, error / x.length);
            double determinant = x.length * sumDigit2 - sumDigit * sumDigit;
            double step = (x.length * sumDigitX - sumDigit * sumX) / determinant;
            if (!(step > 0 && step < Double.POSITIVE_INFINITY)) { // all values got one digit
                return best;
            }
            line = new Line(start.low + (sumX - step * sumDigit) / x.length, step, 0);
        }
        return best;
    }
}
