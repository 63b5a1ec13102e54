package dev.tessera.codebook.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lloyd's iterations on scalars. The samples are sorted, so a cell is a range of them and its mean comes from prefix
 * sums; a cell without samples is made by cutting the one with the largest distortion at its mean.
 */
final class ScalarLloyd {
    /**
     * @param values ascending
     * @param distortion mean squared error of the samples
     */
    record Result(float[] values, double distortion, boolean converged, int repairs) {}

    private final float[] samples; // ascending
    private final double shift; // taken off in the prefix sums, against cancellation
    private final double[] sums; // [n + 1], of samples - shift
    private final double[] squares; // [n + 1]

    /** @param samples at least one, all finite; sorted in place */
    ScalarLloyd(float[] samples) {
        Arrays.sort(samples);
        int n = samples.length;
        this.samples = samples;
        double total = 0;
        for (float sample : samples) {
            total += sample;
        }
        this.shift = total / n;
        this.sums = new double[n + 1];
        this.squares = new double[n + 1];
        for (int i = 0; i < n; i++) {
            double x = samples[i] - shift;
            sums[i + 1] = sums[i] + x;
            squares[i + 1] = squares[i] + x * x;
        }
    }

    float least() {
        return samples[0];
    }

    float largest() {
        return samples[samples.length - 1];
    }

    /** {@code levels} values with equal steps from {@code low} to {@code high}; the middle for one level. */
    static float[] linspace(float low, float high, int levels) {
        float[] values = new float[levels];
        for (int j = 0; j < levels; j++) {
            double at = levels == 1 ? 0.5 : (double) j / (levels - 1);
            values[j] = (float) (low + at * ((double) high - low));
        }
        return values;
    }

    /**
     * @param start ascending; its length is the number of levels
     * @param iterations most updates to make
     */
    Result run(float[] start, int iterations) {
        float[] values = start.clone();
        int[] bounds = cells(values);
        int repairs = 0;
        boolean converged = false;
        for (int it = 0; it < iterations && !converged; it++) {
            List<Integer> cuts = usedCuts(bounds);
            int added = split(cuts, values.length);
            for (int j = 0; j < values.length; j++) {
                int cell = Math.min(j, cuts.size() - 2); // too few distinct samples: the largest value is repeated
                values[j] = (float) mean(cuts.get(cell), cuts.get(cell + 1));
            }
            int[] next = cells(values);
            converged = added == 0 && Arrays.equals(bounds, next);
            repairs += added;
            bounds = next;
        }
        return new Result(values, distortion(values, bounds), converged, repairs);
    }

    /** Cell j is the samples {@code [bounds[j], bounds[j + 1])}; a sample half way belongs to the lower value. */
    private int[] cells(float[] values) {
        int[] bounds = new int[values.length + 1];
        for (int j = 1; j < values.length; j++) {
            bounds[j] = firstAbove(((double) values[j - 1] + values[j]) / 2, bounds[j - 1], samples.length);
        }
        bounds[values.length] = samples.length;
        return bounds;
    }

    private int firstAbove(double limit, int from, int to) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (samples[middle] <= limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The bounds of the cells that are not empty, first 0, last the number of samples. */
    private static List<Integer> usedCuts(int[] bounds) {
        List<Integer> cuts = new ArrayList<>();
        cuts.add(0);
        for (int bound : bounds) {
            if (bound > cuts.getLast()) {
                cuts.add(bound);
            }
        }
        return cuts;
    }

    /** Cuts cells until there are {@code levels} or no cell has two distinct samples; returns how many it cut. */
    private int split(List<Integer> cuts, int levels) {
        int added = 0;
        while (cuts.size() - 1 < levels) {
            int worst = -1;
            double most = -1;
            for (int c = 0; c + 1 < cuts.size(); c++) {
                int from = cuts.get(c);
                int to = cuts.get(c + 1);
                double spread = spread(from, to);
                if (samples[from] < samples[to - 1] && spread > most) {
                    most = spread;
                    worst = c;
                }
            }
            if (worst < 0) {
                break;
            }
            int from = cuts.get(worst);
            int to = cuts.get(worst + 1);
            int cut = firstAbove(mean(from, to), from, to);
            if (cut == from || cut == to) { // rounding put the mean outside of the cell
                cut = firstAbove(samples[from], from, to);
            }
            cuts.add(worst + 1, cut);
            added++;
        }
        return added;
    }

    private double mean(int from, int to) {
        return shift + (sums[to] - sums[from]) / (to - from);
    }

    /** Sum of squared distances from the mean. */
    private double spread(int from, int to) {
        double sum = sums[to] - sums[from];
        return squares[to] - squares[from] - sum * sum / (to - from);
    }

    private double distortion(float[] values, int[] bounds) {
        double sum = 0;
        for (int j = 0; j < values.length; j++) {
            for (int i = bounds[j]; i < bounds[j + 1]; i++) {
                double difference = (double) samples[i] - values[j];
                sum += difference * difference;
            }
        }
        return sum / samples.length;
    }
}
