package dev.tessera.vqmodels.lowbit;

import java.util.Locale;

/** How the scales of groups of weights are stored. */
public enum ScaleType {
    /** F16, times one power of two for the matrix, so that weights of any magnitude keep 11 significant bits. */
    HALF(16),
    /** Powers of two 2^(code - 127), code 0 to 254 (E8M0, OCP Microscaling Formats 1.0). */
    E8M0(8),
    /** {@link MiniFloat#E4M3}, not negative, times one float for the matrix (NVFP4). */
    E4M3(8),
    /**
     * Double quantization (QLoRA, Dettmers et al. 2023): the scale less the mean of all in 8 bits, with a float for
     * every 256 of
     * these. The 8 bits are a linear code, not the dynamic map of that paper.
     */
    DOUBLE(8);

    /** Scales that share one float under {@link #DOUBLE}. */
    static final int DOUBLE_BLOCK = 256;

    private final int bits;

    ScaleType(int bits) {
        this.bits = bits;
    }

    /** Bits of a scale without what is stored once for many of them. */
    public int bits() {
        return bits;
    }

    String typeName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
