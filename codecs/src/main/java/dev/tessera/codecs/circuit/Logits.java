package dev.tessera.codecs.circuit;

/** ln(p / (1 - p)) in 1/256 and back; tables rounded from {@link StrictMath}, integers after that. */
final class Logits {
    /** 11 nats. */
    static final int LIMIT = 11 * 256;

    private static final short[] STRETCH = new short[4096];
    private static final char[] SQUASH = new char[2 * LIMIT + 1];

    static {
        for (int i = 0; i < STRETCH.length; i++) {
            double p = (i + 0.5) / STRETCH.length;
            STRETCH[i] = (short) StrictMath.round(256 * StrictMath.log(p / (1 - p)));
        }
        for (int x = -LIMIT; x <= LIMIT; x++) {
            long p = StrictMath.round(65536 / (1 + StrictMath.exp(-x / 256.0)));
            SQUASH[x + LIMIT] = (char) Math.max(1, Math.min(65535, p));
        }
    }

    private Logits() {}

    /** Of a probability in 1/65536, in [0, 65535]. */
    static int stretch(int probability) {
        return STRETCH[probability >>> 4];
    }

    /** The probability in 1/65536, in [1, 65535]; clamps its argument. */
    static int squash(int logit) {
        return SQUASH[Math.max(-LIMIT, Math.min(LIMIT, logit)) + LIMIT];
    }
}
