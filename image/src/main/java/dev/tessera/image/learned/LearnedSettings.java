package dev.tessera.image.learned;

import dev.tessera.codecs.CorruptBitstreamException;

/**
 * What a file says of how its picture is coded; the parameters of its header.
 *
 * @param grey whether the luma alone is wanted
 * @param alpha whether an alpha plane follows the colours
 * @param scale the networks see the picture at 1 / 2^scale of its size, 0 to 2
 * @param step of {@link Gains#at}
 */
record LearnedSettings(boolean grey, boolean alpha, int scale, int step) {
    static final int SCALES = 3;

    private static final int STEP_SHIFT = 4;

    int parameters() {
        return (grey ? 1 : 0) | (alpha ? 2 : 0) | scale << 2 | step << STEP_SHIFT;
    }

    static LearnedSettings of(int parameters, Gains gains) throws CorruptBitstreamException {
        int scale = parameters >> 2 & 3;
        if (scale >= SCALES) {
            throw new CorruptBitstreamException(0, "scale is " + scale + ", must be in [0, " + SCALES + ")");
        }
        int step = parameters >> STEP_SHIFT;
        if (step < 0 || step >= gains.steps()) {
            throw new CorruptBitstreamException(
                    0, "step of the rate is " + step + ", must be in [0, " + gains.steps() + ")");
        }
        return new LearnedSettings((parameters & 1) != 0, (parameters & 2) != 0, scale, step);
    }

    /** A side of the picture as the networks see it. */
    static int scaled(int side, int scale) {
        return side + (1 << scale) - 1 >> scale;
    }
}
