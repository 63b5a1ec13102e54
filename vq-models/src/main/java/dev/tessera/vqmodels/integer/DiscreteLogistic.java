package dev.tessera.vqmodels.integer;

/**
 * Probabilities of an integer whose distribution is a logistic one rounded to integers (Salimans et al. 2017, PixelCNN++): {@code P(q <= k) =
 * sigmoid((k + 1/2 - mean) / scale)}. Asked as binary decisions, in the units that coders and mixers take; tables and interpolation are of
 * integers, made at class initialisation from integer constants.
 *
 * <p>Means are in 1/{@value #MEAN_UNITS} of a level. Scale {@code i} is 2^((i - {@value #UNIT_SCALE}) / 6) levels, {@code i} from 0 to
 * {@link #LARGEST_SCALE}; others are cut off. Probabilities are in 1/65536, in [1, 65535]; before that cut they are within 2/65536 of the
 * real ones, wherever the two alternatives together have more than e^-18.
 */
public final class DiscreteLogistic {
    /** Units of a mean in one level, 2^6. */
    public static final int MEAN_UNITS = 64;

    /** Number of scales. */
    public static final int SCALES = 64;

    /** The largest index of a scale: 45 levels. */
    public static final int LARGEST_SCALE = SCALES - 1;

    /** The index of a scale of one level; each step is a factor of 2^(1/6). */
    public static final int UNIT_SCALE = 30;

    /** Below every level. */
    public static final int NONE = Integer.MIN_VALUE;

    /** Above every level. */
    public static final int ALL = Integer.MAX_VALUE;

    private static final int ARGUMENT_BITS = 20; // of arguments of the sigmoid
    private static final int STEP_BITS = 8; // steps of the table in 1
    private static final int FARTHEST = 28; // the table goes to sigmoid(-28), about 7e-13
    private static final int ONE_BITS = 46; // of values in the table
    private static final long ONE = 1L << ONE_BITS;
    private static final int INVERSE_BITS = 22; // of inverse scales
    private static final int FACTOR_SHIFT = INVERSE_BITS + 6 - ARGUMENT_BITS; // 2^6 units in a level

    /** round(2^63 exp(-1/256)). */
    private static final long STEP_FACTOR = 9_187_413_517_043_429_148L;

    /** round(2^62 2^(-i/6)). */
    private static final long[] SIXTHS = {
        4_611_686_018_427_387_904L,
        4_108_545_162_282_685_069L,
        3_660_297_618_499_336_453L,
        3_260_954_456_333_195_553L,
        2_905_180_145_061_270_980L,
        2_588_221_267_201_851_309L
    };

    private static final long[] SIGMOID = sigmoids(); // of -i / 256
    private static final long[] INVERSE = inverses(); // 2^22 / scale

    private DiscreteLogistic() {}

    private static long[] sigmoids() {
        long[] table = new long[(FARTHEST << STEP_BITS) + 2];
        long power = Long.MAX_VALUE; // exp(-i / 256) 2^63
        for (int i = 0; i < table.length; i++) {
            long fine = power >>> 63 - ONE_BITS;
            // e / (1 + e): the quotient of 2^16 steps first, then the rest of them
            long sum = ONE + fine;
            long high = (fine << 16) / sum;
            long rest = (fine << 16) % sum;
            long middle = (rest << 15) / sum;
            rest = (rest << 15) % sum;
            long low = (rest << 15) / sum;
            table[i] = (high << 30) + (middle << 15) + low;
            power = Math.multiplyHigh(power, STEP_FACTOR) << 1;
        }
        return table;
    }

    private static long[] inverses() {
        long[] table = new long[SCALES];
        for (int i = 0; i < SCALES; i++) {
            int below = Math.floorMod(i - UNIT_SCALE, 6);
            int octave = Math.floorDiv(i - UNIT_SCALE, 6);
            table[i] = Dyadic.rounded(SIXTHS[below], 62 - INVERSE_BITS + octave);
        }
        return table;
    }

    /**
     * The probability that q is at most {@code split} when it is known to be in {@code [least, most]}; every binary decision about q
     * is one of these.
     *
     * @param mean in 1/64
     * @param scale index
     * @param split {@code least} to {@code most - 1}
     * @param least {@link #NONE} when there is no lower bound
     * @param most {@link #ALL} when there is no upper bound
     * @return in 1/65536, in [1, 65535]
     */
    public static int atMost(int mean, int scale, int split, int least, int most) {
        long inverse = INVERSE[Math.clamp(scale, 0, LARGEST_SCALE)];
        long middle = 2L * split + 1; // of the border, in halves of a level
        // Mirrored where the border is above the mean: there only the upper tail has its small numbers exact.
        boolean mirrored = middle * (MEAN_UNITS / 2) > mean;
        long below = mass(mean, inverse, (least == NONE ? Long.MIN_VALUE : 2L * least - 1), middle, mirrored);
        long above = mass(mean, inverse, middle, (most == ALL ? Long.MAX_VALUE : 2L * most + 1), mirrored);
        long total = below + above;
        if (total == 0) {
            return 1 << 15;
        }
        return Math.clamp(((below << 16) + (total >> 1)) / total, 1, 65535);
    }

    /** The mass between two borders in halves of a level, as a difference on the side where the sigmoid is small. */
    private static long mass(int mean, long inverse, long from, long to, boolean mirrored) {
        return mirrored
                ? sigmoid(mean, inverse, from, true) - sigmoid(mean, inverse, to, true)
                : sigmoid(mean, inverse, to, false) - sigmoid(mean, inverse, from, false);
    }

    /** The mass below a border, or above it when {@code mirrored}, in 1/2^46. */
    private static long sigmoid(int mean, long inverse, long border, boolean mirrored) {
        if (border == Long.MIN_VALUE || border == Long.MAX_VALUE) {
            return border == Long.MIN_VALUE == mirrored ? ONE : 0;
        }
        long distance = border * (MEAN_UNITS / 2) - mean;
        long argument = Dyadic.rounded(
                Math.clamp(mirrored ? -distance : distance, -(1L << 32), 1L << 32) * inverse, FACTOR_SHIFT);
        long magnitude = Math.abs(argument);
        int at = (int) Math.min(magnitude >> ARGUMENT_BITS - STEP_BITS, FARTHEST << STEP_BITS);
        long part = magnitude - ((long) at << ARGUMENT_BITS - STEP_BITS);
        long value = part >= 1 << ARGUMENT_BITS - STEP_BITS
                ? 0 // beyond the table
                : SIGMOID[at] - ((SIGMOID[at] - SIGMOID[at + 1]) * part >> ARGUMENT_BITS - STEP_BITS);
        return argument <= 0 ? value : ONE - value;
    }

    /** The probability of q = 0. */
    public static int zero(int mean, int scale) {
        long inverse = INVERSE[Math.clamp(scale, 0, LARGEST_SCALE)];
        long negative = sigmoid(mean, inverse, -1, false);
        long positive = sigmoid(mean, inverse, 1, true);
        return Math.clamp((ONE - negative - positive + (1L << ONE_BITS - 17)) >> ONE_BITS - 16, 1, 65535);
    }

    /** The probability of q > 0 when q is not 0. */
    public static int positive(int mean, int scale) {
        long inverse = INVERSE[Math.clamp(scale, 0, LARGEST_SCALE)];
        long negative = sigmoid(mean, inverse, -1, false);
        long positive = sigmoid(mean, inverse, 1, true);
        long total = negative + positive;
        return total == 0 ? 1 << 15 : Math.clamp(((positive << 16) + (total >> 1)) / total, 1, 65535);
    }

    /**
     * The probability that the magnitude of q is above {@code magnitude} when it is known to be at least that, and the sign is known.
     *
     * @param positive whether q is above 0
     * @param magnitude at least 1
     */
    public static int beyond(int mean, int scale, boolean positive, int magnitude) {
        return positive
                ? 65536 - atMost(mean, scale, magnitude, magnitude, ALL)
                : atMost(mean, scale, -magnitude - 1, NONE, -magnitude);
    }
}
