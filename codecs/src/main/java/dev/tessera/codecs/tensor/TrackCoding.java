package dev.tessera.codecs.tensor;

import dev.tessera.codecs.CorruptBitstreamException;

/**
 * The parameters of tracks in the stream: the spread as an eight-bit code on a logarithmic scale below the largest one, the
 * centre as a multiple of a quarter of the spread, the mode.
 */
final class TrackCoding {
    /** The code of a constant track, which says its value instead. */
    private static final int CONSTANT = 0;

    private static final int LARGEST_CODE = 255;
    private static final int CODES_PER_OCTAVE = 8;
    private static final int EXPONENTS = 512;
    private static final int EXPONENT_BIAS = 256;
    private static final long LARGEST_CENTER = 1L << 26;
    private static final int MODE_BITS = Integer.numberOfTrailingZeros(Track.MODES);
    private static final double[] FRACTION = new double[CODES_PER_OCTAVE];

    static {
        for (int i = 0; i < CODES_PER_OCTAVE; i++) {
            FRACTION[i] = StrictMath.pow(2, -(double) i / CODES_PER_OCTAVE);
        }
    }

    private final BitCoder coder;
    private final double stepFactor;
    private final int exponent; // of the largest spread, rounded up
    private final AdaptiveBits kinds = new AdaptiveBits(1);
    private final AdaptiveBits modes = new AdaptiveBits(Track.MODES);
    private final ResidualModel codes = new ResidualModel(1, 1, 1, 8, false);
    private final ResidualModel centers = new ResidualModel(1, 1, 1, 28, false);
    private int lastCode = 1;
    private double lastCenter;

    /**
     * @param largest the largest spread; any number when reading
     * @param stepFactor quantization step over spread
     */
    TrackCoding(BitCoder coder, double largest, double stepFactor) {
        this.coder = coder;
        this.stepFactor = stepFactor;
        int wanted = largest > 0 ? Math.getExponent(largest) + 1 : 0;
        this.exponent = coder.uniform(wanted + EXPONENT_BIAS, EXPONENTS) - EXPONENT_BIAS;
    }

    /** What a spread becomes in the stream; 0 stays 0. */
    double rounded(double spread) {
        return spread == 0 ? 0 : spreadOf(codeOf(spread));
    }

    /** The quantization step of a track with that spread. */
    double step(double spread) {
        return rounded(spread) * stepFactor;
    }

    /** The centre of a track as the stream says it. */
    double center(Spread track, double spread) {
        return spread == 0 ? track.center() : centerLevel(track.center(), rounded(spread) / 4) * (rounded(spread) / 4);
    }

    /**
     * One track in either direction.
     *
     * @param track what it is; ignored when reading
     * @param spread what the step follows; ignored when reading
     * @param mode predictor and share; ignored when reading
     */
    Track code(Spread track, double spread, int mode) throws CorruptBitstreamException {
        int wanted = spread == 0 ? CONSTANT : codeOf(spread);
        if (kinds.code(coder, 0, wanted == CONSTANT ? 1 : 0) != 0) {
            float value = Float.intBitsToFloat(coder.word(Float.floatToIntBits(track.center())));
            if (!Float.isFinite(value)) {
                throw new CorruptBitstreamException(0, "a constant channel has the value " + value);
            }
            return Track.constant(value);
        }
        int code = (int) (lastCode + codes.code(coder, wanted - lastCode, 0, 0, 0));
        if (code < 1 || code > LARGEST_CODE) {
            throw new CorruptBitstreamException(0, "spread code " + code + ", must be in [1, " + LARGEST_CODE + "]");
        }
        double unit = spreadOf(code) / 4;
        long expected = centerLevel(lastCenter, unit);
        long level = expected + centers.code(coder, centerLevel(track.center(), unit) - expected, 0, 0, 0);
        lastCode = code;
        lastCenter = level * unit;
        int node = 1;
        for (int i = MODE_BITS - 1; i >= 0; i--) {
            node = node << 1 | modes.code(coder, node, mode >>> i & 1);
        }
        return Track.of(lastCenter, spreadOf(code) * stepFactor, node - Track.MODES);
    }

    /** The code of the nearest spread that is not smaller, or the smallest there is. */
    private int codeOf(double spread) {
        int low = 1; // spreadOf falls with the code
        int high = LARGEST_CODE;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (spreadOf(middle) >= spread) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private double spreadOf(int code) {
        int i = code - 1;
        return Math.scalb(FRACTION[i % CODES_PER_OCTAVE], exponent - i / CODES_PER_OCTAVE);
    }

    private static long centerLevel(double center, double unit) {
        return (long) Math.max(-LARGEST_CENTER, Math.min(LARGEST_CENTER, Math.rint(center / unit)));
    }
}
