package dev.tessera.image.transform;

import java.util.function.ToLongFunction;

/**
 * Finds scale, step and price of a bit for a quality or a byte budget.
 *
 * <p>Qualities are steps of the full-size picture ("levels"); at half size an error counts four times, so the same level has
 * half the step there. The scale with the least error + price x bits is taken. Between two levels the finer one is coded
 * with a higher price of a bit, so that lengths fall smoothly with the level; behind the last level the price rises on.
 */
final class StepSearch<A extends StepSearch.Attempt> {
    private static final int LEVELS = BlockDecoder.STEPS;
    private static final int LEVELS_PER_HALVING = 8;
    private static final double START_BPP = 0.05;
    private static final int START_LEVEL = 46;
    private static final double GOOD_SHARE = 0.975; // of a budget
    private static final double AIM = 0.988;
    private static final double PRICE_OF_LEVEL = 0.6; // log2 of what saves as much as the next level
    private static final double LAST_LEVEL = LEVELS - 1 + 40;
    private static final double USUAL_SLOPE = 0.13; // octaves of the length per level
    private static final double MIN_SLOPE = 0.04;
    private static final double MAX_SLOPE = 0.3;
    private static final int ATTEMPTS = 10;
    private static final int ROUGH_ATTEMPTS = 4;
    private static final double NEAR_OCTAVES = 0.2; // from where the usual slope leads to the level
    private static final double NEAREST = 0.02; // levels
    private static final double LEAST_SHARE = 0.97; // of a budget, which every file has if it can
    private static final int NEIGHBOURS = 40;
    private static final double NEIGHBOUR_DISTANCE = 0.13; // levels
    private static final int CHEAPER_STEPS = 4; // coarser than the level, with bits that cost less
    private static final int CHEAPER_PRICES = 10;
    private static final double CHEAPER = 0.85; // from one price to the next

    private final Coding<A> coding;
    private final ToLongFunction<A> size;

    /** Something coded. */
    interface Attempt {
        Settings settings();

        /** Of a bit, 1 for the one that goes with the step. */
        double price();

        /** Whether there is no finer one. */
        default boolean finest() {
            return settings().step() == 0 && price() == 1;
        }
    }

    /** What is coded, as often as the search likes. */
    interface Coding<A extends Attempt> {
        long pixels();

        /** How many of the bits that so many pixels of a single picture need are usually enough. */
        double freshShare();

        /**
         * @param price multiplies the weight of a bit; above 1 the file is smaller
         * @param rough with little effort: somewhat longer, in a fraction of the time
         */
        A code(int scale, int step, double price, boolean rough);

        /** Usual length of what is coded with all effort over that of the rough. */
        double shareOfRough();

        /** Lower is better; to compare scales. */
        double loss(A attempt);

        /** What so many bytes are worth in the units of {@link #loss}, near the step of an attempt. */
        double price(A attempt, long bytes);
    }

    /** @param size bytes of the whole file */
    StepSearch(Coding<A> coding, ToLongFunction<A> size) {
        this.coding = coding;
        this.size = size;
    }

    /** 0 is the coarsest, 100 the finest. */
    A ofQuality(int quality) {
        double level = StrictMath.rint((LEVELS - 1) * (1 - quality / 100.0));
        return atLevel(bestScale(level), level);
    }

    /**
     * The largest file within a budget that was found.
     *
     * @throws IllegalArgumentException when there is none; the message names the minimum
     */
    A within(long budget) {
        double bpp = 8.0 * budget / (coding.pixels() * coding.freshShare());
        double guess = Math.clamp(START_LEVEL - LEVELS_PER_HALVING * log2(bpp / START_BPP), 0, LEVELS - 1);
        Near near = bestNear(budget, guess);
        int scale = near.scale;
        double level = near.level;
        A best = within(budget, scale, level, atLevel(scale, level));
        while (best != null && best.finest() && scale > 0 && isWasteful(best, budget)) {
            scale--; // no step is fine enough for such a budget at that size
            best = within(budget, scale, level, atLevel(scale, level));
        }
        return best == null ? smallest(budget) : best;
    }

    /** Where a file of a scale comes near a budget; {@code score} is the loss of a file coded with little effort, as if it had the length. */
    private record Near(int scale, double level, double score) {}

    /** The best scale for a budget, tried from the smallest, until a larger one is worse. */
    private Near bestNear(long budget, double guess) {
        Near best = null;
        double level = guess;
        for (int scale = Settings.SCALES - 1; scale >= 0; scale--) {
            Near now = near(budget, scale, level);
            if (best != null && now.score > best.score) {
                break;
            }
            best = now;
            level = now.level;
        }
        return best;
    }

    private Near near(long budget, int scale, double start) {
        double finest = LEVELS_PER_HALVING * scale;
        double level = Math.max(start, finest);
        for (int i = 1; ; i++) {
            A rough = rough(scale, level);
            double octaves = log2(coding.shareOfRough() * size.applyAsLong(rough) / (AIM * budget));
            double next = Math.clamp(level + octaves / USUAL_SLOPE, finest, LAST_LEVEL);
            if (Math.abs(octaves) < NEAR_OCTAVES || next == level || i == ROUGH_ATTEMPTS) {
                long target = Math.round(AIM * budget / coding.shareOfRough());
                // what a scale without fine enough steps leaves of the budget is no merit of it
                long bytes = octaves < -NEAR_OCTAVES ? target : size.applyAsLong(rough);
                double beyond = coding.price(rough, bytes) - coding.price(rough, target);
                return new Near(scale, next, coding.loss(rough) + beyond);
            }
            level = next;
        }
    }

    private boolean isWasteful(A attempt, long budget) {
        return size.applyAsLong(attempt) < budget * LEAST_SHARE;
    }

    /** The largest file of a scale within a budget that was found, or null. */
    private A within(long budget, int scale, double firstLevel, A first) {
        A now = first;
        double level = firstLevel;
        double finest = LEVELS_PER_HALVING * scale; // finer levels have no finer steps at that size
        double tooFine = finest - 1;
        double coarse = LAST_LEVEL + 1; // the finest level known to fit
        double slope = USUAL_SLOPE;
        A best = null;
        for (int i = 0; ; i++) {
            long bytes = size.applyAsLong(now);
            if (bytes <= budget) {
                best = best == null || bytes > size.applyAsLong(best) ? now : best;
                coarse = level;
            } else {
                tooFine = level;
            }
            if (i == ATTEMPTS
                    || coarse - tooFine < NEAREST
                    || coarse <= finest
                    || tooFine == LAST_LEVEL
                    || bytes <= budget && bytes >= budget * GOOD_SHARE) {
                break;
            }
            double next = level + log2(bytes / (AIM * budget)) / slope;
            if (next <= tooFine || next >= coarse) {
                next = coarse > LAST_LEVEL ? LAST_LEVEL : (Math.max(finest, tooFine) + coarse) / 2;
            }
            next = Math.clamp(next, finest, LAST_LEVEL);
            now = atLevel(scale, next);
            slope = Math.clamp(log2((double) bytes / size.applyAsLong(now)) / (next - level), MIN_SLOPE, MAX_SLOPE);
            level = next;
        }
        if (coarse <= finest) {
            return now; // the finest, even where another one happens to be longer
        }
        return best == null ? null : around(scale, coarse, budget, best);
    }

    /**
     * The longest within the budget of levels near one: lengths of small pictures jump up and down, so that halving the interval
     * may miss what fits better.
     */
    private A around(int scale, double level, long budget, A known) {
        A best = known;
        for (int i = 0; i < NEIGHBOURS && isWasteful(best, budget); i++) {
            double distance = NEIGHBOUR_DISTANCE * (i / 2 + 1);
            double near = level + (i % 2 == 0 ? -distance : distance);
            A now = atLevel(scale, Math.clamp(near, LEVELS_PER_HALVING * scale, LAST_LEVEL));
            best = longer(best, now, budget);
        }
        return isWasteful(best, budget) ? cheaper(scale, level, budget, best) : best;
    }

    /** The same among coarser steps whose small coefficients are kept at a lower price of a bit. */
    private A cheaper(int scale, double level, long budget, A known) {
        A best = known;
        int from = (int) Math.min(LEVELS - 1, level) - LEVELS_PER_HALVING * scale;
        int last = LEVELS - 1 - LEVELS_PER_HALVING * scale;
        for (int i = 0; i < CHEAPER_STEPS * CHEAPER_PRICES && isWasteful(best, budget); i++) {
            int step = Math.clamp(from + i % CHEAPER_STEPS, 0, last);
            double price = StrictMath.pow(CHEAPER, i / CHEAPER_STEPS + 1);
            best = longer(best, coding.code(scale, step, price, false), budget);
        }
        return best;
    }

    /** {@code now} if it is within the budget and longer than {@code best}, else that. */
    private A longer(A best, A now, long budget) {
        long bytes = size.applyAsLong(now);
        return bytes <= budget && bytes > size.applyAsLong(best) ? now : best;
    }

    private A smallest(long budget) {
        A smallest = coding.code(Settings.SCALES - 1, LEVELS - 1, 1e9, false);
        if (size.applyAsLong(smallest) > budget) {
            throw new IllegalArgumentException("the budget of " + budget
                    + " bytes is below the smallest possible file, " + size.applyAsLong(smallest) + " bytes");
        }
        return smallest;
    }

    /** The best scale by files that are coded with little effort; tried from the smallest, until a larger one is worse. */
    private int bestScale(double level) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int scale = Settings.SCALES - 1; scale >= 0; scale--) {
            A rough = rough(scale, level);
            double score = coding.loss(rough) + coding.price(rough, size.applyAsLong(rough));
            if (score > least) {
                break;
            }
            least = score;
            best = scale;
        }
        return best;
    }

    private A atLevel(int scale, double level) {
        return code(scale, level, false);
    }

    private A rough(int scale, double level) {
        return code(scale, level, true);
    }

    private A code(int scale, double level, boolean rough) {
        int whole = (int) Math.min(LEVELS - 1, Math.floor(level));
        double price = StrictMath.pow(2, PRICE_OF_LEVEL * (level - whole));
        return coding.code(scale, Math.max(0, whole - LEVELS_PER_HALVING * scale), price, rough);
    }

    private static double log2(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }
}
