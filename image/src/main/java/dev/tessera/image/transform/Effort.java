package dev.tessera.image.transform;

/**
 * How many of the ways to code a block an encoder tries; decoders do not see it. More ways take longer and make shorter files of the
 * same quality.
 *
 * @param modes predictions from neighbours that are coded to their end, of the {@value IntraPrediction#MODES} whose differences are
 *     looked at
 * @param modesOfFrames the same in frames that may take pieces of the frame before
 * @param ends last diagonals of coefficients
 * @param lower levels below the nearest one
 * @param sines whether each mode is tried with both transforms; otherwise only the nearest
 * @param splits whether blocks without coefficients are split too
 */
record Effort(int modes, int modesOfFrames, int ends, int lower, boolean sines, boolean splits) {
    static final int LEAST = 1;
    static final int USUAL = 5;
    static final int MOST = 9;

    /** Of attempts that are only compared with each other. */
    static final Effort ROUGH = new Effort(2, 2, 1, 1, false, false);

    private static final Effort[] LEVELS = {
        ROUGH,
        new Effort(2, 2, 2, 1, true, false),
        new Effort(3, 2, 3, 1, true, false),
        new Effort(4, 3, 4, 1, true, false),
        new Effort(6, 3, 5, 1, true, false),
        new Effort(8, 4, 6, 1, true, false),
        new Effort(10, 6, 8, 1, true, false),
        new Effort(14, 8, 10, 1, true, true),
        new Effort(IntraPrediction.MODES, IntraPrediction.MODES, 16, 2, true, true)
    };

    /** @param level {@value #LEAST} to {@value #MOST}, {@value #USUAL} for usual files */
    static Effort of(int level) {
        if (level < LEAST || level > MOST) {
            throw new IllegalArgumentException("effort is " + level + ", must be in [" + LEAST + ", " + MOST + "]");
        }
        return LEVELS[level - 1];
    }
}
