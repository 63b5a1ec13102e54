package dev.tessera.codecs.tensor;

import java.util.Arrays;

/**
 * Chooses the mode of each track of a group by what it costs: every mode is run on the beginning of the track, quantized, and the
 * bits and the squared error are estimated. Tracks are given in the order of their channels, because a track looks at the one
 * before it.
 */
final class ModeChoice {
    private static final int LONGEST_TRIAL = 2048;
    private static final int LOGARITHMS = 4096;
    private static final float[] BITS = new float[LOGARITHMS]; // of a magnitude
    private static final double BITS_PER_DOUBLING = 1.5; // two-sided geometric at its own mean, over the useful range
    private static final double ESCAPE_BITS = 40;

    // At high rates a squared error e of one value is worth 6 / ln 2 bits per step^2: D = step^2 / 12, dR = -dD / (2 D
    // ln 2).
    private static final double BITS_PER_SQUARE = 6 / 0.6931471805599453;

    static {
        for (int m = 0; m < LOGARITHMS; m++) {
            BITS[m] = (float) (BITS_PER_DOUBLING * StrictMath.log(1 + m) / StrictMath.log(2));
        }
    }

    private final TensorSettings settings;
    private final float[] values;
    private Trial trial;
    private Trial best;
    private Trial neighbour;
    private Trial second;

    /** What a mode made of a track: residuals, and distances to the centre, both in quantization steps. */
    private record Trial(float[] residuals, double[] distances) {
        static Trial ofLength(int length) {
            return new Trial(new float[length], new double[length]);
        }

        void clear() {
            Arrays.fill(residuals, 0);
            Arrays.fill(distances, 0);
        }
    }

    ModeChoice(Axes axes, TensorSettings settings) {
        int length = Math.min(LONGEST_TRIAL, axes.steps());
        this.settings = settings;
        this.values = new float[length];
        this.trial = Trial.ofLength(length);
        this.best = Trial.ofLength(length);
        this.neighbour = Trial.ofLength(length);
        this.second = Trial.ofLength(length);
    }

    /** The mode for the next track of a group; 0 for a constant one, whose {@code step} is 0. */
    int next(Axes axes, float[] tensor, int start, int channel, double center, double step) {
        if (channel == 0) {
            neighbour.clear();
            second.clear();
        }
        if (step == 0) {
            best.clear();
            shift();
            return 0;
        }
        axes.gather(tensor, start, channel, values);
        int choice = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int mode = 0; mode < Track.MODES; mode++) {
            double cost = run(Track.of(center, step, mode), least);
            if (cost < least) {
                least = cost;
                choice = mode;
                Trial swap = best;
                best = trial;
                trial = swap;
            }
        }
        shift();
        return choice;
    }

    /** What was best becomes the neighbour of the next track. */
    private void shift() {
        Trial oldest = second;
        second = neighbour;
        neighbour = best;
        best = oldest;
    }

    private double run(Track track, double limit) {
        double cost = 0;
        AdaptivePredictor adaptive = track.isAdaptive() ? new AdaptivePredictor() : null;
        double anchor = track.center();
        double previous = track.center();
        for (int t = 0; t < values.length && cost < limit; t++) {
            boolean isAnchor = track.isAnchor(t, settings.anchorInterval());
            int finer = isAnchor ? 1 << settings.anchorShift() : 1;
            double step = track.step() / finer;
            double linear = 0;
            if (adaptive != null) {
                double then = t > 0 ? neighbour.distances[t - 1] : 0;
                linear = adaptive.predict(neighbour.distances[t], then, second.distances[t]);
            }
            double prediction = track.predict(isAnchor, anchor, previous, linear, neighbour.residuals[t]);
            double level = Math.rint((values[t] - prediction) / step);
            if (!(Math.abs(level) <= LossyCoding.LARGEST_LEVEL)) {
                cost += ESCAPE_BITS;
                trial.residuals[t] = 0;
            } else {
                float value = Track.reconstruct(prediction, (long) level, step);
                double error = ((double) value - values[t]) / track.step();
                cost += bits((int) Math.abs(level)) + BITS_PER_SQUARE * error * error;
                trial.residuals[t] = (float) (level / finer);
                previous = value;
                if (isAnchor) {
                    anchor = value;
                }
            }
            trial.distances[t] = track.distance(previous);
            if (adaptive != null) {
                adaptive.learn(trial.distances[t]);
            }
        }
        return cost;
    }

    private static double bits(int magnitude) {
        int shift = Math.max(0, Integer.SIZE - Integer.numberOfLeadingZeros(magnitude) - 12);
        return BITS[magnitude >>> shift] + BITS_PER_DOUBLING * shift;
    }
}
