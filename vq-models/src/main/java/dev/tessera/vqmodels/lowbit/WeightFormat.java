package dev.tessera.vqmodels.lowbit;

import java.util.Locale;
import java.util.Optional;

/** How a weight is coded. The command line says {@link #formatName()}. */
public enum WeightFormat {
    /** Integers -127 to 127. */
    INT8(8),
    /** Integers of 4 bits. */
    INT4(4),
    /** Integers of 3 bits. */
    INT3(3),
    /** Integers of 2 bits. */
    INT2(2),
    /** The 16 normal-float levels of QLoRA (Dettmers et al. 2023). */
    NF4(4),
    /** Floats e2m1 with scales in 16 bits. */
    FP4(4),
    /** Floats e2m1, a power of two for every 32 of them (OCP Microscaling Formats 1.0). */
    MXFP4(4),
    /** Floats e2m1, an e4m3 scale for every 16 of them and a scale for all. */
    NVFP4(4),
    /** Floats e3m2. */
    FP6(6),
    /** Floats e4m3 (FN: no infinity). */
    FP8(8),
    /** -1, 0, 1 in two bits (BitNet b1.58, Ma et al. 2024). */
    TERNARY(2),
    /** -1, 1. */
    BINARY(1),
    /** Vectors of 1, 2 or 4 weights, 16 code vectors; bits are those of one code. */
    VQ16(4),
    /** Vectors of weights, up to 256 code vectors a subspace; bits are those of one code. */
    PQ(8),
    /** Vectors of weights on a pyramid of integers (Fischer 1986), with a scale each; bits are those of one vector. */
    PVQ(64),
    /** A sum of planes of signs and magnitudes of low rank (BitStack, Wang et al. 2024); bits are those of a plane. */
    PLANES(1);

    private final int codeBits;

    WeightFormat(int codeBits) {
        this.codeBits = codeBits;
    }

    /** Bits of a code, of one weight for the scalar formats. */
    public int codeBits() {
        return codeBits;
    }

    /** Whether every weight has a code of its own. */
    public boolean isScalar() {
        return this != VQ16 && this != PQ && this != PVQ && this != PLANES;
    }

    /** Whether codes are the integers 0 to 2^bits - 1 with a zero point. */
    boolean isInteger() {
        return this == INT4 || this == INT3 || this == INT2;
    }

    /** Whether codes are one of 16 tabled levels. */
    boolean isFloat4() {
        return this == NF4 || this == FP4 || this == MXFP4 || this == NVFP4;
    }

    /** The name in lower case, as the command line and model files have it. */
    public String formatName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format called {@code name}, if there is one. */
    public static Optional<WeightFormat> ofName(String name) {
        for (WeightFormat format : values()) {
            if (format.formatName().equals(name)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }
}
