package dev.tessera.image.transform;

import java.util.function.ToLongFunction;

/**
 * Finds scale, step and price of a bit for a quality or a byte budget.
 *
 * <p>Qualities are steps of the full-size picture ("levels"); at half size an error counts four times, so the same level has
 * half the step there. The scale with the least error + price x bits is taken.
 */
final class StepSearch {
    private static final int LEVELS = BlockDecoder.STEPS;
    private static final int LEVELS_PER_HALVING = 8;
    private static final double START_BPP = 0.05;
    private static final int START_LEVEL = 46;
    private static final double GOOD_SHARE = 0.985;
    private static final int PRICE_STEPS = 8;
    private static final double TOP_PRICE = 2;

    private final PictureCoding coding;
    private final ToLongFunction<PictureCoding.Result> size;

    StepSearch(PictureCoding coding, ToLongFunction<PictureCoding.Result> size) {
        this.coding = coding;
        this.size = size;
    }

    /** 0 is the coarsest, 100 the finest. */
    PictureCoding.Result ofQuality(int quality) {
        int level = (int) StrictMath.rint((LEVELS - 1) * (1 - quality / 100.0));
        return bestScale(level);
    }

    /** The largest file within a budget that was found. */
    PictureCoding.Result within(long budget) {
        double bpp = 8.0 * budget / coding.pixels();
        int level = Math.clamp(
                Math.round(START_LEVEL - LEVELS_PER_HALVING * StrictMath.log(bpp / START_BPP) / StrictMath.log(2)),
                0,
                LEVELS - 1);
        PictureCoding.Result first = bestScale(level);
        int scale = first.settings().scale();
        int fine = -1; // the coarsest level known to be too large
        int coarse = LEVELS; // the finest level known to fit
        PictureCoding.Result best = null;
        PictureCoding.Result now = first;
        while (true) {
            long bytes = size.applyAsLong(now);
            double difference = StrictMath.log((double) bytes / budget) / StrictMath.log(2);
            int jump = (int) Math.max(1, Math.round(Math.abs(difference) * LEVELS_PER_HALVING));
            if (bytes <= budget) {
                best = now;
                coarse = level;
                level = Math.max(fine + 1, level - jump);
            } else {
                fine = level;
                level = Math.min(coarse - 1, level + jump);
            }
            if (coarse - fine <= 1 || size.applyAsLong(now) <= budget && bytes >= budget * GOOD_SHARE) {
                break;
            }
            now = atLevel(scale, level, 1);
        }
        return best != null && (fine < 0 || size.applyAsLong(best) >= budget * GOOD_SHARE)
                ? best
                : dearer(scale, Math.max(0, fine), budget, best);
    }

    /** Makes a file that is a little too large fit by a higher price of bits. */
    private PictureCoding.Result dearer(int scale, int level, long budget, PictureCoding.Result fitting) {
        PictureCoding.Result best = fitting;
        double low = 1;
        double high = best == null ? 1e6 : TOP_PRICE;
        if (best == null) { // nothing fits at its own price: see whether the smallest file does
            PictureCoding.Result smallest = atLevel(Settings.SCALES - 1, LEVELS - 1, 1e9);
            if (size.applyAsLong(smallest) > budget) {
                throw new IllegalArgumentException("the budget of " + budget
                        + " bytes is below the smallest possible file, " + size.applyAsLong(smallest) + " bytes");
            }
            best = smallest;
        }
        for (int i = 0; i < PRICE_STEPS && size.applyAsLong(best) < budget * GOOD_SHARE; i++) {
            double middle = StrictMath.sqrt(low * high);
            PictureCoding.Result now = atLevel(scale, level, middle);
            if (size.applyAsLong(now) <= budget) {
                high = middle;
                if (size.applyAsLong(now) > size.applyAsLong(best)) {
                    best = now;
                }
            } else {
                low = middle;
            }
        }
        return best;
    }

    private PictureCoding.Result bestScale(int level) {
        PictureCoding.Result best = null;
        for (int scale = 0; scale < Settings.SCALES; scale++) {
            PictureCoding.Result now = atLevel(scale, level, 1);
            if (best == null || now.score() < best.score()) {
                best = now;
            }
        }
        return best;
    }

    private PictureCoding.Result atLevel(int scale, int level, double price) {
        return coding.code(scale, Math.max(0, level - LEVELS_PER_HALVING * scale), price);
    }
}
