package dev.tessera.codecs;

import java.util.function.ToLongFunction;

/**
 * Finds the largest file within a byte budget among those that a Lagrange multiplier and a switch position span.
 *
 * <p>First the multiplier: secant steps on the logarithms of multiplier and size. When that stops short of the budget,
 * because sizes jump, the positions from a moving switch on take the next smaller multiplier: the last ones, because a
 * finer choice changes the contexts of all that follows it.
 */
public final class RateSearch {
    private static final double GOOD_SHARE = 0.985;
    private static final int MULTIPLIER_STEPS = 12;
    private static final int SWITCH_STEPS = 16;
    private static final double LEAST_SHARE = 0.97;
    private static final int SMALL_GRID = 4096;
    private static final int SCATTER_STEPS = 64;
    private static final double LARGEST_MULTIPLIER = 1e12;

    private RateSearch() {}

    /**
     * Makes one file.
     *
     * @param <R> the file with whatever the caller wants to know of it
     */
    @FunctionalInterface
    public interface Attempt<R> {
        /**
         * @param lambdaBefore weight of a bit against a unit of distortion at positions before {@code switchAt}
         * @param lambdaAfter the same at the other positions
         */
        R run(float lambdaBefore, float lambdaAfter, int switchAt);
    }

    /**
     * The largest file of at most {@code budget} bytes that was found; at least 97 % of the budget unless the file of
     * lambda 0 is smaller or single tokens cost more than that.
     *
     * @param positions number of positions that the switch can stand at
     * @param startLambda where to begin, of the size usually asked for
     * @throws IllegalArgumentException when no file fits; the message names the smallest size found
     */
    public static <R> R withinBudget(
            Attempt<R> attempt, ToLongFunction<R> size, int positions, long budget, float startLambda) {
        R finest = attempt.run(0, 0, 0);
        long finestSize = size.applyAsLong(finest);
        if (finestSize <= budget) {
            return finest;
        }
        double low = 0; // ln lambda that is too fine, with ln size
        double lowSize = 0;
        boolean haveLow = false;
        double high = 0;
        double highSize = 0;
        R best = null;
        double next = Math.max(1e-6f, startLambda);
        next = StrictMath.log(next);
        double goal = StrictMath.log(budget * 0.993);
        for (int step = 0; step < MULTIPLIER_STEPS || best == null; step++) {
            R file = attempt.run((float) StrictMath.exp(next), (float) StrictMath.exp(next), 0);
            long bytes = size.applyAsLong(file);
            double logSize = StrictMath.log(Math.max(1, bytes));
            if (bytes <= budget) {
                best = file;
                high = next;
                highSize = logSize;
                if (bytes >= budget * GOOD_SHARE) {
                    return best;
                }
            } else {
                low = next;
                lowSize = logSize;
                haveLow = true;
            }
            if (best == null) {
                if (StrictMath.exp(next) > LARGEST_MULTIPLIER) {
                    throw new IllegalArgumentException("the budget of " + budget
                            + " bytes is below the smallest possible file, " + bytes + " bytes");
                }
                next += step < 3 ? 1.2 : 4;
            } else if (!haveLow) {
                next -= 1.2;
            } else {
                double share = highSize == lowSize ? 0.5 : (lowSize - goal) / (lowSize - highSize);
                next = low + (high - low) * Math.max(0.1, Math.min(0.9, share));
            }
        }
        return haveLow ? fill(attempt, size, positions, budget, best, low, high) : best;
    }

    private static <R> R fill(
            Attempt<R> attempt,
            ToLongFunction<R> size,
            int positions,
            long budget,
            R fitting,
            double low,
            double high) {
        R best = fitting;
        int fits = positions; // where the finer lambda begins; with none of it the file fits
        int tooMany = 0;
        for (int step = 0; step < SWITCH_STEPS && fits - tooMany > 1; step++) {
            int middle = (fits + tooMany) >>> 1;
            R file = attempt.run((float) StrictMath.exp(high), (float) StrictMath.exp(low), middle);
            long bytes = size.applyAsLong(file);
            if (bytes > budget) {
                tooMany = middle;
                continue;
            }
            fits = middle;
            if (bytes > size.applyAsLong(best)) {
                best = file;
            }
            if (bytes >= budget * GOOD_SHARE) {
                return best;
            }
        }
        return size.applyAsLong(best) < budget * LEAST_SHARE && positions <= SMALL_GRID
                ? scatter(attempt, size, positions, budget, best, low, high)
                : best;
    }

    /**
     * Files of a few dozen bytes do not grow evenly with anything: one token changes the contexts of all others. They are
     * quick to make, so a low-discrepancy set of multipliers and switches is tried.
     */
    private static <R> R scatter(
            Attempt<R> attempt, ToLongFunction<R> size, int positions, long budget, R start, double low, double high) {
        R best = start;
        for (int i = 1; i <= SCATTER_STEPS && size.applyAsLong(best) < budget * GOOD_SHARE; i++) {
            double u = i * 0.754877666 % 1;
            double v = i * 0.569840291 % 1;
            float before = (float) StrictMath.exp(low + (high - low + 1) * u);
            float after = (float) StrictMath.exp(low - 1.5 * (1 - u));
            R file = attempt.run(before, after, (int) (v * positions));
            long bytes = size.applyAsLong(file);
            if (bytes <= budget && bytes > size.applyAsLong(best)) {
                best = file;
            }
        }
        return best;
    }
}
