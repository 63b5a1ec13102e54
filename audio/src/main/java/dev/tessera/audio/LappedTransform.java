package dev.tessera.audio;

import java.util.Arrays;

/**
 * Lapped transform with blocks of several sizes (Malvar 1990, "Lapped transforms for efficient transform/subband coding"; block
 * switching as Edler 1989): where two blocks meet, samples of both sides are rotated by a sine window over half of the smaller
 * one; then each block is transformed by a DCT-IV. Every step is orthonormal, so squared errors of coefficients are squared
 * errors of samples. Blocks of one size are an MDCT with the sine window. The first and the last block end without overlap.
 */
final class LappedTransform {
    /** Block sizes, from long to short, each half of the one before; in samples at 16 kHz 160 to 10 ms. */
    private static final int[] SIZES = {2560, 1280, 640, 320, 160};

    /** Number of block sizes; a level names one, 0 the longest. */
    static final int LEVELS = SIZES.length;

    /** The longest block: a sound is coded in so many samples at a time. */
    static final int LONGEST = SIZES[0];

    private static final Dct4[] TRANSFORMS =
            Arrays.stream(SIZES).mapToObj(Dct4::new).toArray(Dct4[]::new);
    private static final double[][] SLOPES = new double[LEVELS][]; // rising window over a block of the level

    static {
        for (int level = 0; level < LEVELS; level++) {
            SLOPES[level] = new double[SIZES[level]];
            for (int t = 0; t < SIZES[level]; t++) {
                SLOPES[level][t] = StrictMath.sin(StrictMath.PI / 2 * (t + 0.5) / SIZES[level]);
            }
        }
    }

    private LappedTransform() {}

    static int size(int level) {
        return SIZES[level];
    }

    /** Coefficients of so many samples: they are filled up to whole longest blocks. */
    static int length(int samples) {
        return Math.multiplyExact(Math.ceilDiv(samples, LONGEST), LONGEST);
    }

    /** Turns samples into coefficients in place; the blocks of {@code levels} fill {@code x}. */
    static void forward(double[] x, byte[] levels) {
        for (int i = 1, edge = 0; i < levels.length; i++) {
            edge += SIZES[levels[i - 1]];
            rotate(x, edge, Math.max(levels[i - 1], levels[i]), 1);
        }
        transform(x, levels);
    }

    /** Turns coefficients into samples in place. */
    static void inverse(double[] x, byte[] levels) {
        transform(x, levels);
        for (int i = 1, edge = 0; i < levels.length; i++) {
            edge += SIZES[levels[i - 1]];
            rotate(x, edge, Math.max(levels[i - 1], levels[i]), -1);
        }
    }

    private static void transform(double[] x, byte[] levels) {
        int from = 0;
        for (byte level : levels) {
            TRANSFORMS[level].apply(x, x, from);
            from += SIZES[level];
        }
    }

    private static void rotate(double[] x, int edge, int level, int direction) {
        double[] slope = SLOPES[level];
        int half = slope.length / 2;
        for (int j = 0; j < half; j++) {
            double near = slope[half + j];
            double far = direction * slope[half - 1 - j];
            double left = x[edge - 1 - j];
            double right = x[edge + j];
            x[edge - 1 - j] = near * left - far * right;
            x[edge + j] = near * right + far * left;
        }
    }
}
