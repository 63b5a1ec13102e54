package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import java.util.Arrays;

/**
 * Finite scalar quantization (Mentzer, Minnen, Agustsson and Tschannen 2023): dimension j is squashed to an interval and
 * rounded to one of {@code levels[j]} integers.
 *
 * <p>Latents may be any real numbers. The digit of a dimension counts its levels from 0 upwards; the joint index is the
 * {@link MixedRadix} number of the digits, dimension 0 least significant. It is one int stage when the product of the levels
 * fits an int, and otherwise the stages of {@link MixedRadix#grouped()}. The quantized value is (digit - floor(L/2)) /
 * floor(L/2) as in the paper, so that an even L gives [-1, 1 - 2/L] ({@link Bound#SYMMETRIC}: 2 digit / (L-1) - 1).
 *
 * <p>A quantized value is a point of the squashed interval, not a fixed point of {@link #quantize}: tanh(1) = 0.76. Quantized
 * vectors keep their indices only when every L is 3 or 5 (SYMMETRIC: 2 to 5). Every digit is reached by some latent for all
 * bounds.
 *
 * <p>Squashing and rounding are monotone, so each dimension is a search among L - 1 thresholds. They are floats found once,
 * with StrictMath, by bisection of the formula: {@code z} has digit {@code d} exactly when the formula in double precision
 * says so. NaN gets digit 0. O(count x sum of log2 L).
 */
public final class FiniteScalarQuantizer implements Quantizer {
    /** Largest number of levels of a dimension: above it epsilon would move the bound by more than half a level. */
    public static final int MAX_LEVELS = 1000;

    private static final double EPSILON = 1e-3; // both the authors' code and the ports
    private static final float SATURATED = 64; // tanh of +-(64 - shift) is +-1 in double precision for every L

    private static final int SMALLEST_RECOMMENDED = 5; // section 4.1 of the paper
    private static final int LARGEST_RECOMMENDED = 8; // the largest in table 1 of the paper

    /** How a latent z is squashed before rounding; h is half the range, o = 1/2 for an even number of levels L, else 0. */
    public enum Bound {
        /** The authors' code: tanh(z + tan(o/h)) h - o with h = (L-1)(1 - 0.001)/2. */
        JAX_ORIGINAL,
        /** The PyTorch ports and Cosmos: tanh(z + atanh(o/h)) h - o with h = (L-1)(1 + 0.001)/2, so that 0 stays 0. */
        TORCH_PORT,
        /** Symmetric around 0 for every L: floor((L-1)(tanh z + 1)/2 + 1/2). The one to use for L = 2. */
        SYMMETRIC;

        /** The z in the middle of the squashed interval. */
        double centre(int levels) {
            double halfRange = halfRange(levels);
            return switch (this) {
                case JAX_ORIGINAL -> -StrictMath.tan(offset(levels) / halfRange);
                case TORCH_PORT -> -atanh(offset(levels) / halfRange);
                case SYMMETRIC -> 0;
            };
        }

        int digit(double z, int levels, double centre) {
            double squashed = StrictMath.tanh(z - centre);
            if (this == SYMMETRIC) {
                return (int) StrictMath.floor((levels - 1) * (squashed + 1) / 2 + 0.5);
            }
            return (int) StrictMath.rint(squashed * halfRange(levels) - offset(levels)) + levels / 2;
        }

        /** On the scale of the quantized values. */
        double squash(double z, int levels, double centre) {
            double squashed = StrictMath.tanh(z - centre);
            return this == SYMMETRIC ? squashed : (squashed * halfRange(levels) - offset(levels)) / (levels / 2);
        }

        private double halfRange(int levels) {
            return (levels - 1) * (this == JAX_ORIGINAL ? 1 - EPSILON : 1 + EPSILON) / 2;
        }

        private static double offset(int levels) {
            return levels % 2 == 0 ? 0.5 : 0;
        }

        private static double atanh(double x) {
            return 0.5 * StrictMath.log1p(2 * x / (1 - x));
        }
    }

    private final int[] levels;
    private final Bound bound;
    private final MixedRadix radix;
    private final int[] stageSizes;
    private final float[][] thresholds; // [dim][levels - 1]: digit = how many of them are <= z
    private final float[][] values; // [dim][levels]

    /** @param levels number of levels of each dimension, in [2, {@link #MAX_LEVELS}], at least one dimension */
    public FiniteScalarQuantizer(int[] levels, Bound bound) {
        this.levels = checkLevels(levels, MAX_LEVELS);
        this.bound = bound;
        this.radix = MixedRadix.of(levels);
        this.stageSizes = radix.stageSizes();
        this.thresholds = new float[levels.length][];
        this.values = new float[levels.length][];
        for (int j = 0; j < levels.length; j++) {
            int before = firstWith(levels[j], j);
            thresholds[j] = before < j ? thresholds[before] : thresholds(levels[j], bound);
            values[j] = before < j ? values[before] : values(levels[j], bound);
        }
    }

    static int[] checkLevels(int[] levels, int most) {
        if (levels.length < 1) {
            throw new IllegalArgumentException("levels is empty, there must be at least 1 dimension");
        }
        for (int j = 0; j < levels.length; j++) {
            if (levels[j] < 2 || levels[j] > most) {
                throw new IllegalArgumentException(
                        "levels of dimension " + j + " is " + levels[j] + ", must be in [2, " + most + "]");
            }
        }
        return levels.clone();
    }

    /**
     * Levels for a codebook of about {@code codes}, largest first.
     *
     * <p>For 2^8, 2^10, 2^12, 2^14 and 2^16 those of the paper's table 1 (products 240, 1000, 4375, 15360, 64000: neither
     * always the nearest product nor always below {@code codes}). For any other number from 25 up, of all lists of numbers
     * from 5 to 8 (the range of that table) the one with the largest product that does not exceed {@code codes}; there are
     * no ties. Below 25 two dimensions of 5 levels do not fit, and one dimension of {@code codes} levels remains.
     *
     * @param codes at least 2
     */
    public static int[] levelsFor(int codes) {
        if (codes < 2) {
            throw new IllegalArgumentException("codes is " + codes + ", must be at least 2");
        }
        return switch (codes) {
            case 1 << 8 -> new int[] {8, 6, 5};
            case 1 << 10 -> new int[] {8, 5, 5, 5};
            case 1 << 12 -> new int[] {7, 5, 5, 5, 5};
            case 1 << 14 -> new int[] {8, 8, 8, 6, 5};
            case 1 << 16 -> new int[] {8, 8, 8, 5, 5, 5};
            default -> codes < SMALLEST_RECOMMENDED * SMALLEST_RECOMMENDED ? new int[] {codes} : largestProduct(codes);
        };
    }

    private static int[] largestProduct(int codes) {
        int[] best = {};
        long largest = 0;
        int[] current = new int[Integer.SIZE];
        current[0] = LARGEST_RECOMMENDED;
        int depth = 1;
        while (depth > 0) { // all falling lists, in order of depth-first search
            long product = 1;
            for (int j = 0; j < depth; j++) {
                product *= current[j];
            }
            if (product <= codes && product > largest) {
                largest = product;
                best = Arrays.copyOf(current, depth);
            }
            if (product <= codes) {
                current[depth] = current[depth - 1];
                depth++;
                continue;
            }
            while (depth > 0 && current[depth - 1] == SMALLEST_RECOMMENDED) {
                depth--;
            }
            if (depth > 0) {
                current[depth - 1]--;
            }
        }
        return best;
    }

    private int firstWith(int count, int limit) {
        int j = 0;
        while (j < limit && levels[j] != count) {
            j++;
        }
        return j;
    }

    private static float[] thresholds(int levels, Bound bound) {
        double centre = bound.centre(levels);
        float[] thresholds = new float[levels - 1];
        for (int k = 1; k < levels; k++) {
            int below = order(-SATURATED); // digit < k
            int reached = order(SATURATED); // digit >= k
            while (below + 1 < reached) {
                int middle = (int) (((long) below + reached) >> 1);
                if (bound.digit(fromOrder(middle), levels, centre) >= k) {
                    reached = middle;
                } else {
                    below = middle;
                }
            }
            thresholds[k - 1] = fromOrder(reached);
        }
        return thresholds;
    }

    /** Numbers the floats in rising order, +0 as 0 and -0 as -1. */
    private static int order(float value) {
        int bits = Float.floatToIntBits(value);
        return bits < 0 ? ~(bits & Integer.MAX_VALUE) : bits;
    }

    private static float fromOrder(int order) {
        return Float.intBitsToFloat(order < 0 ? ~order | Integer.MIN_VALUE : order);
    }

    private static float[] values(int levels, Bound bound) {
        float[] values = new float[levels];
        int half = levels / 2;
        for (int digit = 0; digit < levels; digit++) {
            values[digit] = bound == Bound.SYMMETRIC
                    ? (float) ((2.0 * digit - (levels - 1)) / (levels - 1))
                    : (float) ((double) (digit - half) / half);
        }
        return values;
    }

    /**
     * The latents squashed, not rounded, on the scale of the quantized values: there the nearest quantized value is that of
     * {@link #quantize}, but for float rounding.
     */
    public Latents squash(Latents latents) {
        Checks.checkDim(latents.dim(), dim());
        double[] centres = new double[levels.length];
        Arrays.setAll(centres, j -> bound.centre(levels[j]));
        float[] squashed = new float[latents.data().length];
        for (int i = 0; i < squashed.length; i++) {
            int j = i % levels.length;
            squashed[i] = (float) bound.squash(latents.data()[i], levels[j], centres[j]);
        }
        return Latents.of(latents.shape(), latents.dim(), squashed);
    }

    /** Number of levels of each dimension. */
    public int[] levels() {
        return levels.clone();
    }

    public Bound bound() {
        return bound;
    }

    /** The number system that joins the digits of the dimensions. */
    public MixedRadix radix() {
        return radix;
    }

    /** For each dimension the latent in the middle of the squashed interval: 0 for an odd L, and for SYMMETRIC. */
    public float[] centres() {
        float[] centres = new float[levels.length];
        for (int j = 0; j < levels.length; j++) {
            centres[j] = (float) bound.centre(levels[j]);
        }
        return centres;
    }

    @Override
    public int dim() {
        return levels.length;
    }

    @Override
    public int[] codebookSizes() {
        return stageSizes.clone();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        return DigitQuantizer.quantize(latents, dim(), radix, stageSizes.length, threads, (x, offset, digits) -> {
            for (int j = 0; j < digits.length; j++) {
                digits[j] = digit(thresholds[j], x[offset + j]);
            }
        });
    }

    private static int digit(float[] thresholds, float z) {
        int from = 0;
        int to = thresholds.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (z >= thresholds[middle]) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        return DigitQuantizer.dequantize(indices, dim(), radix, stageSizes.length, shape, (x, offset, digits) -> {
            for (int j = 0; j < digits.length; j++) {
                x[offset + j] = values[j][digits[j]];
            }
        });
    }

    @Override
    public String toString() {
        return "FiniteScalarQuantizer[" + Arrays.toString(levels) + ", " + bound + "]";
    }
}
