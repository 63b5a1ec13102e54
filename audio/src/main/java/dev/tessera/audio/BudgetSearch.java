package dev.tessera.audio;

import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Finds the largest file within a byte budget among those that one control spans, from fine to coarse: secant steps on the
 * logarithm of the size, kept inside of the bracket; then, where the size jumps within a narrow bracket, bisection between a
 * file that fits and one that does not.
 */
final class BudgetSearch<F> {
    private static final double ENOUGH_SHARE = 0.98;
    private static final double LEAST_SHARE = 0.97;
    private static final double GOAL_SHARE = 0.992;
    private static final int MOST_ATTEMPTS = 9;

    /** How much finer the last part is; where the size jumps, so much that it cannot fall back to the coarser side. */
    private static final float[] FINER = {0.4f, 0.1f, 0.02f};

    private final double finest;
    private final double coarsest;
    private final double octave;
    private final long budget;
    private final ToIntFunction<F> size;
    private double tooFine = Double.NEGATIVE_INFINITY;
    private double fits = Double.POSITIVE_INFINITY;
    private Optional<F> best = Optional.empty();
    private int lastSize;

    /**
     * @param finest smallest value of the control
     * @param coarsest largest value
     * @param octave how far the control usually moves while the size halves
     * @param size bytes of a file
     */
    BudgetSearch(double finest, double coarsest, double octave, long budget, ToIntFunction<F> size) {
        this.finest = finest;
        this.coarsest = coarsest;
        this.octave = octave;
        this.budget = budget;
        this.size = size;
    }

    /**
     * The largest file found; none when none fits, see {@link #tooSmall}.
     *
     * @param start where to begin
     */
    Optional<F> largest(double start, DoubleFunction<F> maker) {
        double next = clamp(start);
        for (int i = 0; i < MOST_ATTEMPTS || best.isEmpty(); i++) {
            F made = maker.apply(next);
            int bytes = size.applyAsInt(made);
            lastSize = bytes;
            if (bytes > budget) {
                if (next >= coarsest) {
                    return Optional.empty();
                }
                tooFine = next;
            } else {
                fits = next;
                keep(made);
                if (bytes >= ENOUGH_SHARE * budget || next <= finest) {
                    break;
                }
            }
            double wanted = next + octave * log2(bytes / (GOAL_SHARE * budget));
            wanted = Math.max(next - 3 * octave, Math.min(next + (i < 4 ? 3 : 12) * octave, wanted));
            if (tooFine > Double.NEGATIVE_INFINITY && best.isPresent()) {
                double width = fits - tooFine;
                wanted = Math.max(tooFine + 0.15 * width, Math.min(fits - 0.15 * width, wanted));
            }
            next = clamp(wanted);
        }
        return best;
    }

    /**
     * The file that {@link #largest} found or, where that left much of the budget although there is a finer file, the largest one of those
     * between the two.
     *
     * @param positions number of places where the part that is finer can begin
     * @param coarse the price of a bit of the file that was found
     * @param maker makes a file of which bits have another price
     */
    F refined(int positions, LambdaPlan coarse, Function<LambdaPlan, F> maker) {
        for (int i = 0; i < FINER.length && isShort() && tooFine > Double.NEGATIVE_INFINITY; i++) {
            float fine = coarse.before() * FINER[i];
            int tooMany = 0;
            int fitting = positions;
            while (fitting - tooMany > 1 && isShort()) {
                int middle = (tooMany + fitting) >>> 1;
                F made = maker.apply(new LambdaPlan(coarse.before(), fine, middle));
                if (size.applyAsInt(made) > budget) {
                    tooMany = middle;
                } else {
                    fitting = middle;
                    keep(made);
                }
            }
        }
        return best.orElseThrow();
    }

    private boolean isShort() {
        return bestSize() < LEAST_SHARE * budget;
    }

    /** The finest control whose file fitted. */
    double fits() {
        return fits;
    }

    /** What is wrong when {@link #largest} found none. */
    IllegalArgumentException tooSmall() {
        return new IllegalArgumentException(
                "the budget of " + budget + " bytes is below the smallest possible file, " + lastSize + " bytes");
    }

    private int bestSize() {
        return best.map(size::applyAsInt).orElse(0);
    }

    private void keep(F file) {
        if (size.applyAsInt(file) > bestSize()) {
            best = Optional.of(file);
        }
    }

    private double clamp(double control) {
        return Math.max(finest, Math.min(coarsest, control));
    }

    private static double log2(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }
}
