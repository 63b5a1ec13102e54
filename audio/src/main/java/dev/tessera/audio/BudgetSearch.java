package dev.tessera.audio;

import java.util.function.DoubleFunction;
import java.util.function.IntFunction;

/**
 * Finds the largest file within a byte budget among those that one control spans, from fine to coarse: secant steps on the
 * logarithm of the size, kept inside of the bracket; then, where the size jumps within a narrow bracket, bisection between a
 * file that fits and one that does not.
 */
final class BudgetSearch {
    private static final double ENOUGH_SHARE = 0.98;
    private static final double LEAST_SHARE = 0.97;
    private static final double GOAL_SHARE = 0.992;
    private static final int MOST_ATTEMPTS = 9;

    private final double finest;
    private final double coarsest;
    private final double octave;
    private final long budget;
    private double tooFine = Double.NEGATIVE_INFINITY;
    private double fits = Double.POSITIVE_INFINITY;
    private AudioCodec.Compressed best;
    private AudioCodec.Compressed last;

    /**
     * @param finest smallest value of the control
     * @param coarsest largest value
     * @param octave how far the control usually moves while the size halves
     */
    BudgetSearch(double finest, double coarsest, double octave, long budget) {
        this.finest = finest;
        this.coarsest = coarsest;
        this.octave = octave;
        this.budget = budget;
    }

    /**
     * The largest file found; null when none fits, and then {@link #last} is the smallest one.
     *
     * @param start where to begin
     */
    AudioCodec.Compressed largest(double start, DoubleFunction<AudioCodec.Compressed> maker) {
        double next = clamp(start);
        for (int i = 0; i < MOST_ATTEMPTS || best == null; i++) {
            last = maker.apply(next);
            int size = last.bytes().length;
            if (size > budget) {
                if (next >= coarsest) {
                    return null;
                }
                tooFine = next;
            } else {
                fits = next;
                keep(last);
                if (size >= ENOUGH_SHARE * budget || next <= finest) {
                    break;
                }
            }
            double wanted = next + octave * log2(size / (GOAL_SHARE * budget));
            wanted = Math.max(next - 3 * octave, Math.min(next + (i < 4 ? 3 : 12) * octave, wanted));
            if (tooFine > Double.NEGATIVE_INFINITY && best != null) {
                double width = fits - tooFine;
                wanted = Math.max(tooFine + 0.15 * width, Math.min(fits - 0.15 * width, wanted));
            }
            next = clamp(wanted);
        }
        return best;
    }

    /**
     * After {@link #largest} has left too much of the budget between two files: the largest file of those in between.
     *
     * @param positions number of places for a switch
     * @param maker makes the file that is coarse before a position and fine from there on
     */
    AudioCodec.Compressed between(int positions, IntFunction<AudioCodec.Compressed> maker) {
        int tooMany = 0;
        int fitting = positions;
        while (fitting - tooMany > 1 && best.bytes().length < LEAST_SHARE * budget) {
            int middle = (tooMany + fitting) >>> 1;
            AudioCodec.Compressed made = maker.apply(middle);
            if (made.bytes().length > budget) {
                tooMany = middle;
            } else {
                fitting = middle;
                keep(made);
            }
        }
        return best;
    }

    /** Whether there is a file that does not fit, {@link #tooFine}, beside one that does. */
    boolean hasBracket() {
        return best != null && tooFine > Double.NEGATIVE_INFINITY;
    }

    /** The control of the file that did not fit. */
    double tooFine() {
        return tooFine;
    }

    /** The control of the coarsest file that fitted last. */
    double fits() {
        return fits;
    }

    /** The file that was made last. */
    AudioCodec.Compressed last() {
        return last;
    }

    private void keep(AudioCodec.Compressed file) {
        if (best == null || file.bytes().length > best.bytes().length) {
            best = file;
        }
    }

    private double clamp(double control) {
        return Math.max(finest, Math.min(coarsest, control));
    }

    private static double log2(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }
}
