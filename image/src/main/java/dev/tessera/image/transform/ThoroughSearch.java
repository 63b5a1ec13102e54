package dev.tessera.image.transform;

import java.util.function.ToLongFunction;

/**
 * The best of several files within a budget, for encoders that may take their time: of every scale, and with bits that are dearer
 * or cheaper than usual beside the step. {@link StepSearch} takes one of each.
 */
final class ThoroughSearch<A extends StepSearch.Attempt> {
    private static final double[] PRICES = {0.7, 0.84, 1.2, 1.45};

    private final StepSearch.Coding<A> coding;
    private final ToLongFunction<A> size;

    /** @param size bytes of the whole file */
    ThoroughSearch(StepSearch.Coding<A> coding, ToLongFunction<A> size) {
        this.coding = coding;
        this.size = size;
    }

    /**
     * The file within a budget that is worth most.
     *
     * @throws IllegalArgumentException when there is none; the message names the minimum
     */
    A within(long budget) {
        StepSearch<A> usual = new StepSearch<>(coding, size);
        A best = usual.within(budget);
        if (best.finest()) {
            return best;
        }
        int first = best.settings().scale();
        for (int scale = 0; scale < Settings.SCALES; scale++) {
            if (scale != first) {
                best = better(best, usual.ofScale(budget, scale), budget);
            }
        }
        int scale = best.settings().scale();
        for (double price : PRICES) {
            best = better(best, new StepSearch<>(new Priced<>(coding, price), size).ofScale(budget, scale), budget);
        }
        return best;
    }

    /** @param other may be null */
    private A better(A best, A other, long budget) {
        boolean fits = other != null && size.applyAsLong(other) <= budget;
        return fits && worth(other) < worth(best) ? other : best;
    }

    /** Lower is better. */
    private double worth(A attempt) {
        return coding.loss(attempt) + coding.price(attempt, size.applyAsLong(attempt));
    }

    /** A coding whose bits have another price. */
    private record Priced<A extends StepSearch.Attempt>(StepSearch.Coding<A> coding, double factor)
            implements StepSearch.Coding<A> {
        @Override
        public long pixels() {
            return coding.pixels();
        }

        @Override
        public double freshShare() {
            return coding.freshShare();
        }

        @Override
        public A code(int scale, int step, double price, boolean rough) {
            return coding.code(scale, step, factor * price, rough);
        }

        @Override
        public double shareOfRough() {
            return coding.shareOfRough();
        }

        @Override
        public double loss(A attempt) {
            return coding.loss(attempt);
        }

        @Override
        public double price(A attempt, long bytes) {
            return coding.price(attempt, bytes);
        }
    }
}
