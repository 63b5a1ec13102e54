package dev.tessera.image.transform;

import dev.tessera.codecs.CorruptBitstreamException;

/**
 * What a file says of how its picture is coded; the parameters of its header.
 *
 * @param grey whether there is luma alone
 * @param alpha whether an alpha plane follows the colours
 * @param scale the picture is coded at 1 / 2^scale of its size, 0 to 2
 * @param edges strength of the edge filter, 0 to 3
 * @param details what brings luma nearer to the original after it; the network only where the scale is not 0
 * @param step index of the quantization step, 0 to {@value BlockDecoder#STEPS} - 1
 */
record Settings(boolean grey, boolean alpha, int scale, int edges, Details details, int step) {
    static final int SCALES = 3;

    /** What may follow the edge filter. */
    enum Details {
        NONE,
        /** The {@link DetailFilter}. */
        FILTERS,
        /** The {@link DetailNetwork}. */
        NETWORK
    }

    Settings withFilters(int newEdges, Details newDetails) {
        return new Settings(grey, alpha, scale, newEdges, newDetails, step);
    }

    /** A scale of 3 in the bits of the scale stands for the network, and the bit of the filters then for a quarter rather than half the size. */
    int parameters() {
        boolean network = details == Details.NETWORK;
        boolean bit = network ? scale == 2 : details == Details.FILTERS;
        return (grey ? 1 : 0)
                | (alpha ? 2 : 0)
                | (network ? SCALES : scale) << 2
                | edges << 4
                | (bit ? 1 << 6 : 0)
                | step << 7;
    }

    static Settings of(int parameters) throws CorruptBitstreamException {
        boolean network = (parameters >> 2 & 3) == SCALES;
        boolean bit = (parameters & 1 << 6) != 0;
        int step = parameters >> 7;
        if (step < 0 || step >= BlockDecoder.STEPS) {
            throw new CorruptBitstreamException(0, "step is " + step + ", must be in [0, " + BlockDecoder.STEPS + ")");
        }
        return new Settings(
                (parameters & 1) != 0,
                (parameters & 2) != 0,
                network ? bit ? 2 : 1 : parameters >> 2 & 3,
                parameters >> 4 & 3,
                network ? Details.NETWORK : bit ? Details.FILTERS : Details.NONE,
                step);
    }
}
