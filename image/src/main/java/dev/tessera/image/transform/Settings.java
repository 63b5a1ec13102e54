package dev.tessera.image.transform;

import dev.tessera.codecs.CorruptBitstreamException;

/**
 * What a file says of how its picture is coded; the parameters of its header.
 *
 * @param grey whether there is luma alone
 * @param alpha whether an alpha plane follows the colours
 * @param scale the picture is coded at 1 / 2^scale of its size, 0 to 2
 * @param edges strength of the edge filter, 0 to 3
 * @param details whether the learnt filters of details follow it
 * @param step index of the quantization step, 0 to {@value BlockDecoder#STEPS} - 1
 */
record Settings(boolean grey, boolean alpha, int scale, int edges, boolean details, int step) {
    static final int SCALES = 3;

    Settings withFilters(int newEdges, boolean newDetails) {
        return new Settings(grey, alpha, scale, newEdges, newDetails, step);
    }

    int parameters() {
        return (grey ? 1 : 0) | (alpha ? 2 : 0) | scale << 2 | edges << 4 | (details ? 1 << 6 : 0) | step << 7;
    }

    static Settings of(int parameters) throws CorruptBitstreamException {
        Settings settings = new Settings(
                (parameters & 1) != 0,
                (parameters & 2) != 0,
                parameters >> 2 & 3,
                parameters >> 4 & 3,
                (parameters & 1 << 6) != 0,
                parameters >> 7);
        if (settings.scale >= SCALES || settings.step < 0 || settings.step >= BlockDecoder.STEPS) {
            throw new CorruptBitstreamException(
                    0,
                    "scale is " + settings.scale + ", must be below " + SCALES + "; step is " + settings.step
                            + ", must be below " + BlockDecoder.STEPS);
        }
        return settings;
    }
}
