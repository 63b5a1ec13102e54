package dev.tessera.codecs.tensor;

/**
 * Magnitudes of the residuals around the one to come: of the channels before it at the same step, of the two steps before, and
 * the running mean of its track. Residuals grow and shrink together, so this says how large the next one will be.
 */
final class Neighbourhood {
    /** Contexts of the magnitude: two an octave. */
    static final int PRIMARIES = 42;

    /** Contexts of how the surroundings differ from the running mean. */
    static final int SECONDARIES = 5;

    /** Contexts of the sign. */
    static final int SIGNS = 9;

    /** What an escape counts as; far above what is common, so that values around escapes have contexts of their own. */
    static final int LARGEST = 1 << 20;

    private static final int PAD = 2;
    private static final int MEAN_BITS = 8; // of the running means, below the point
    private static final int SLOWEST = 4; // the running mean takes 1/2^SLOWEST of the newest

    private final int channels;
    private final int[] means;
    private int[] now; // signed, [PAD + channels + 1]
    private int[] before;
    private int[] twoBefore;
    private int steps;
    private int primary;
    private int secondary;

    Neighbourhood(int channels) {
        this.channels = channels;
        means = new int[channels];
        java.util.Arrays.fill(means, 1 << MEAN_BITS);
        now = new int[PAD + channels + 1];
        before = new int[PAD + channels + 1];
        twoBefore = new int[PAD + channels + 1];
    }

    /** Goes to the first channel of the next step. */
    void nextStep() {
        int[] oldest = twoBefore;
        twoBefore = before;
        before = now;
        now = oldest;
        // Outside stands what the nearest channel had a step before.
        before[PAD + channels] = before[PAD + channels - 1];
        now[0] = before[PAD];
        now[1] = before[PAD];
        steps++;
    }

    /** Finds the contexts of {@code channel}. */
    void look(int channel) {
        int i = channel + PAD;
        int around = 5 * Math.abs(now[i - 1])
                + 2 * Math.abs(now[i - 2])
                + 4 * Math.abs(before[i])
                + 2 * Math.abs(before[i + 1])
                + 3 * Math.abs(twoBefore[i]); // in 1/16
        int mean = means[channel] >>> MEAN_BITS - 4;
        primary = Math.min(PRIMARIES - 1, bucket((around + mean) >>> 1));
        int difference = bucket(around) - bucket(mean);
        secondary = SECONDARIES / 2
                + (difference < -4 ? -2 : difference < -1 ? -1 : difference > 4 ? 2 : difference > 1 ? 1 : 0);
    }

    int primary() {
        return primary;
    }

    int secondary() {
        return secondary;
    }

    int sign(int channel) {
        int i = channel + PAD;
        return 3 * (1 + Integer.signum(now[i - 1])) + 1 + Integer.signum(before[i]);
    }

    /** Remembers a residual. */
    void put(int channel, long residual) {
        int kept = (int) Math.max(-LARGEST, Math.min(LARGEST, residual));
        now[channel + PAD] = kept;
        int rate = Math.min(SLOWEST, 1 + Integer.SIZE - Integer.numberOfLeadingZeros(steps >>> 1));
        means[channel] += (Math.abs(kept) << MEAN_BITS) - means[channel] >> rate;
    }

    /** Remembers an escape. */
    void putEscape(int channel) {
        now[channel + PAD] = LARGEST;
    }

    /** Two an octave. */
    private static int bucket(int value) {
        if (value < 2) {
            return value;
        }
        int top = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
        return 2 * top + (value >>> top - 1 & 1);
    }
}
