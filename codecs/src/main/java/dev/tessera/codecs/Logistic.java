package dev.tessera.codecs;

/**
 * Fixed-point logistic functions of the mixing models. The tables are rounded from {@link StrictMath}, which is the same
 * on every machine; everything after that is integer arithmetic.
 *
 * <p>The stretched domain is ln(p / (1 - p)) in 1/256, clamped to [-{@value #LIMIT}, {@value #LIMIT}].
 */
final class Logistic {
    /** 10 nats: probabilities down to 4.5e-5. */
    static final int LIMIT = 2560;

    /** Binary logarithms are in 1/{@value} bits. */
    static final int BIT = 1 << 16;

    private static final int LOG_STEPS = 4096;
    private static final short[] STRETCH = new short[LOG_STEPS]; // by p >> 4
    private static final char[] SQUASH = new char[2 * LIMIT + 1];
    private static final int[] COST = new int[LOG_STEPS];

    static {
        for (int i = 0; i < LOG_STEPS; i++) {
            double p = (i + 0.5) / LOG_STEPS;
            long stretched = StrictMath.round(256 * StrictMath.log(p / (1 - p)));
            STRETCH[i] = (short) Math.max(-LIMIT, Math.min(LIMIT, stretched));
            COST[i] = (int) StrictMath.round(-BIT * StrictMath.log(p) / StrictMath.log(2));
        }
        for (int x = -LIMIT; x <= LIMIT; x++) {
            long p = StrictMath.round(65536 / (1 + StrictMath.exp(-x / 256.0)));
            SQUASH[x + LIMIT] = (char) Math.max(1, Math.min(65535, p));
        }
    }

    private Logistic() {}

    /** The stretched value of a probability in 1/65536, in [0, 65535]. */
    static int stretch(int probability) {
        return STRETCH[probability >>> 4];
    }

    /** The probability in 1/65536, in [1, 65535], of a stretched value; clamps. */
    static int squash(int stretched) {
        return SQUASH[Math.max(-LIMIT, Math.min(LIMIT, stretched)) + LIMIT];
    }

    /** -log2 of a probability in 1/65536, in 1/{@link #BIT} bits. */
    static int cost(int probability) {
        return COST[probability >>> 4];
    }
}
