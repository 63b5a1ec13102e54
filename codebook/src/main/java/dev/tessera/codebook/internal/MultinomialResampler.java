package dev.tessera.codebook.internal;

/**
 * Draws N tokens with replacement from N counted tokens, as new counts: a multinomial draw, without drawing each token.
 *
 * <p>Count c becomes a Poisson number of mean c (1 - 6 / sqrt N), and the few tokens that then lack of N are drawn one
 * by one. Independent Poisson numbers, given their sum, are multinomial; so the counts are exactly multinomial, but for
 * Poisson tails below 2^-60. (The sum passes N about once in 10^9 draws; such a draw is made again.) A Poisson number
 * of a large mean is the sum of Poisson numbers of means below 1024 and of powers of two, each from an {@link
 * AliasTable}.
 *
 * <p>O(cells + sqrt N) per draw. Immutable, safe to share.
 */
public final class MultinomialResampler {
    private static final double SPARE = 6; // standard deviations of the Poisson sum that are drawn one by one
    private static final int SMALL_BITS = 10;
    private static final int LARGEST_BITS = 30; // a table of mean 2^30 has 600,000 entries
    private static final double TAIL = 0x1p-60;

    private record PoissonTable(int first, AliasTable table) {
        int draw(SplitMix64 random) {
            return first + table.draw(random);
        }
    }

    private final long[] counts;
    private final long tokens;
    private final AliasTable tokenTable;
    private final PoissonTable[] small = new PoissonTable[1 << SMALL_BITS];
    private final PoissonTable[] powers = new PoissonTable[LARGEST_BITS + 1];

    /** @param counts each at least 1, sum N below 2^63; runs of equal counts make it faster; not copied */
    public MultinomialResampler(long[] counts) {
        this.counts = counts;
        long sum = 0;
        double[] weights = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i];
            weights[i] = (double) counts[i];
        }
        tokens = sum;
        tokenTable = new AliasTable(weights);
        double share = 1 - SPARE / Math.sqrt((double) tokens);
        if (share > 0) {
            for (long count : counts) {
                makeTables(count, share);
            }
        }
    }

    private void makeTables(long count, double share) {
        int rest = (int) (count & (1 << SMALL_BITS) - 1);
        if (rest > 0 && small[rest] == null) {
            small[rest] = poisson(rest * share);
        }
        for (int bit = SMALL_BITS; bit <= LARGEST_BITS; bit++) {
            long times = bit == LARGEST_BITS ? count >>> bit : count >>> bit & 1;
            if (times > 0 && powers[bit] == null) {
                powers[bit] = poisson((1L << bit) * share);
            }
        }
    }

    private static PoissonTable poisson(double mean) {
        int mode = (int) mean;
        int first = mode;
        for (double p = 1; first > 0 && p > TAIL; first--) {
            p *= first / mean;
        }
        int last = mode;
        for (double p = 1; p > TAIL; last++) {
            p *= mean / (last + 1);
        }
        double[] weights = new double[last - first + 1];
        weights[mode - first] = 1;
        for (int i = mode; i > first; i--) {
            weights[i - 1 - first] = weights[i - first] * i / mean;
        }
        for (int i = mode; i < last; i++) {
            weights[i + 1 - first] = weights[i - first] * mean / (i + 1);
        }
        return new PoissonTable(first, new AliasTable(weights));
    }

    /** Writes new counts of the same sum to {@code resampled}, {@code [cells]}. */
    public void draw(SplitMix64 random, long[] resampled) {
        long missing;
        do {
            missing = tokens;
            for (int i = 0; i < counts.length; i++) {
                resampled[i] = drawPoisson(counts[i], random);
                missing -= resampled[i];
            }
        } while (missing < 0);
        for (; missing > 0; missing--) {
            resampled[tokenTable.draw(random)]++;
        }
    }

    private long drawPoisson(long count, SplitMix64 random) {
        PoissonTable table = small[(int) (count & (1 << SMALL_BITS) - 1)];
        long sum = table == null ? 0 : table.draw(random);
        for (int bit = SMALL_BITS; count >>> bit != 0 && bit <= LARGEST_BITS; bit++) {
            long times = bit == LARGEST_BITS ? count >>> bit : count >>> bit & 1;
            for (; times > 0 && powers[bit] != null; times--) {
                sum += powers[bit].draw(random);
            }
        }
        return sum;
    }
}
