package dev.tessera.codecs.mixing;

/**
 * Fixed-point logistic functions. The tables are rounded from {@link StrictMath}, which is the same on every machine;
 * after that there are integers only.
 *
 * <p>The stretched domain is ln(p / (1 - p)) in 1/256, within +-{@value #LIMIT}: dot products of stretched values and
 * weights of 20 bits stay inside an int.
 */
final class LogisticTables {
    /** 8 nats: probabilities down to 3.4e-4 before the last adjustment. */
    static final int LIMIT = 2047;

    /** Largest count that {@link #rate} and {@link #confidence} tell apart. */
    static final int MAX_COUNT = 1023;

    private static final int STEPS = 4096;
    private static final short[] STRETCH = new short[STEPS];
    private static final char[] SQUASH = new char[STEPS];
    private static final int[] COST = new int[STEPS];
    private static final int[] RATE = new int[MAX_COUNT + 1];
    private static final int[] CONFIDENCE = new int[MAX_COUNT + 1];

    static {
        for (int i = 0; i < STEPS; i++) {
            double p = (i + 0.5) / STEPS;
            STRETCH[i] = (short) clamp((int) StrictMath.round(256 * StrictMath.log(p / (1 - p))), LIMIT);
            COST[i] = (int) StrictMath.round(-65536 * StrictMath.log(p) / StrictMath.log(2));
            SQUASH[i] = (char) StrictMath.round(65536 / (1 + StrictMath.exp((STEPS / 2 - i) / 256.0)));
        }
        for (int n = 0; n <= MAX_COUNT; n++) {
            RATE[n] = 131072 / (2 * n + 3);
            CONFIDENCE[n] = 512 * n / (2 * n + 3);
        }
    }

    private LogisticTables() {}

    /** The stretched value of a probability in 1/65536, in [0, 65535]. */
    static int stretch(int probability) {
        return STRETCH[probability >>> 4];
    }

    /** The probability in 1/65536, in [22, 65514], of a stretched value; clamps. */
    static int squash(int stretched) {
        return SQUASH[clamp(stretched, LIMIT) + STEPS / 2];
    }

    /** -log2 of a probability in 1/65536, in 1/65536 bits. */
    static int cost(int probability) {
        return COST[probability >>> 4];
    }

    /** 1 / (n + 1.5) in 1/65536: the step of an estimate that {@code count} observations stand behind. */
    static int rate(int count) {
        return RATE[count];
    }

    /** n / (n + 1.5) in 1/256. */
    static int confidence(int count) {
        return CONFIDENCE[count];
    }

    static int clamp(int value, int limit) {
        return Math.max(-limit, Math.min(limit, value));
    }
}
