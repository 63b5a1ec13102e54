package dev.tessera.codecs;

/**
 * The adaptive probability of one binary decision: the mean of a fast and a slow estimate, each moved towards the bit
 * just seen by a fixed share of the error. The first bits count as 1 / (n + 1.5) until that is less than the rate, so
 * that short data is learnt at once, as in the counters of PAQ (Mahoney 2005, "Adaptive weighing of context models for
 * lossless data compression"). Integers only; estimates are kept in 1/2^22.
 */
public final class AdaptiveBit {
    /** {@value}: the fast estimate forgets over about 16 bits. */
    public static final int DEFAULT_FAST_SHIFT = 4;

    /** {@value}: the slow estimate forgets over about 128 bits. */
    public static final int DEFAULT_SLOW_SHIFT = 7;

    /** Slowest rate is 2^-{@value}. */
    public static final int MAX_SHIFT = 10;

    private static final int PRECISION = 22;
    private static final int[] START_RATE = new int[(1 << MAX_SHIFT) + 1]; // 1 / (n + 1.5) in 1/65536

    static {
        for (int n = 0; n < START_RATE.length; n++) {
            START_RATE[n] = 2 * 65536 / (2 * n + 3);
        }
    }

    private final int fastRate; // in 1/65536
    private final int slowRate;
    private int fast = 1 << PRECISION - 1;
    private int slow = 1 << PRECISION - 1;
    private int count;

    public AdaptiveBit() {
        this(DEFAULT_FAST_SHIFT, DEFAULT_SLOW_SHIFT);
    }

    /**
     * @param fastShift rate of the fast estimate is 2^-fastShift, 1 to {@value #MAX_SHIFT}
     * @param slowShift rate of the slow estimate is 2^-slowShift, {@code fastShift} to {@value #MAX_SHIFT}
     */
    public AdaptiveBit(int fastShift, int slowShift) {
        if (fastShift < 1 || slowShift < fastShift || slowShift > MAX_SHIFT) {
            throw new IllegalArgumentException("fastShift is " + fastShift + ", slowShift is " + slowShift
                    + ", must be 1 <= fastShift <= slowShift <= " + MAX_SHIFT);
        }
        this.fastRate = 65536 >> fastShift;
        this.slowRate = 65536 >> slowShift;
    }

    /** Probability of a one in 1/65536, in [1, 65535]. */
    public int probability() {
        return Math.clamp(fast + slow >> PRECISION + 1 - 16, 1, 65535);
    }

    /** Learns {@code bit}, 0 or 1. */
    public void update(int bit) {
        int target = bit << PRECISION;
        int start = START_RATE[count];
        fast += (int) ((long) (target - fast) * Math.max(start, fastRate) >> 16);
        slow += (int) ((long) (target - slow) * Math.max(start, slowRate) >> 16);
        if (count < START_RATE.length - 1) {
            count++;
        }
    }

    /** Encodes {@code bit} and learns it. */
    public void encode(EntropyEncoder encoder, int bit) {
        encoder.encodeBit(bit, probability());
        update(bit);
    }

    /** Decodes a bit and learns it. */
    public int decode(EntropyDecoder decoder) {
        int bit = decoder.decodeBit(probability());
        update(bit);
        return bit;
    }
}
