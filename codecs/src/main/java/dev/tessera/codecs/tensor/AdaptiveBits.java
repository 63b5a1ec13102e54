package dev.tessera.codecs.tensor;

import java.util.Arrays;

/**
 * Probabilities of binary decisions that follow what is coded: the mean of what was seen while that is little, an
 * exponential average later. Integers only.
 */
final class AdaptiveBits {
    /** Costs are in 1/{@value} bits. */
    static final int BIT = 1 << 16;

    private static final int COUNT_BITS = 10;
    private static final int COUNT_MASK = (1 << COUNT_BITS) - 1;
    private static final int SCALE_BITS = 22; // of a probability
    private static final int COUNT_LIMIT = 250;
    private static final int[] SHARE = new int[COUNT_LIMIT + 1]; // 65536 / (count + 1.5)
    private static final int[] COST = new int[4096]; // of p >> 4

    static {
        for (int n = 0; n <= COUNT_LIMIT; n++) {
            SHARE[n] = 131_072 / (2 * n + 3);
        }
        for (int i = 0; i < COST.length; i++) {
            COST[i] = (int) StrictMath.round(-BIT * StrictMath.log((i + 0.5) / COST.length) / StrictMath.log(2));
        }
    }

    private final int[] states; // probability of a one << COUNT_BITS | count

    AdaptiveBits(int nodes) {
        states = new int[nodes];
        Arrays.fill(states, 1 << SCALE_BITS - 1 + COUNT_BITS);
    }

    int code(BitCoder coder, int node, int bit) {
        int state = states[node];
        int coded = coder.bit(bit, probability(state));
        int p = state >>> COUNT_BITS;
        int count = state & COUNT_MASK;
        int target = coded == 0 ? 0 : (1 << SCALE_BITS) - 1;
        p += (int) ((long) (target - p) * SHARE[count] >> 16);
        states[node] = p << COUNT_BITS | Math.min(COUNT_LIMIT, count + 1);
        return coded;
    }

    /** What {@link #code} would cost now, in 1/{@value #BIT} bits. */
    int cost(int node, int bit) {
        int p = probability(states[node]);
        return COST[(bit == 0 ? 65_536 - p : p) >>> 4];
    }

    private static int probability(int state) {
        return Math.max(1, Math.min(65_535, state >>> COUNT_BITS + SCALE_BITS - 16));
    }
}
