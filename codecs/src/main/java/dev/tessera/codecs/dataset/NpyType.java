package dev.tessera.codecs.dataset;

import java.util.Optional;

/** Element types of {@code .npy} files: unsigned, signed and floating-point numbers, named as numpy names them. */
public enum NpyType {
    U1,
    I1,
    U2,
    I2,
    U4,
    I4,
    U8,
    I8,
    F2,
    F4,
    F8;

    /** Bytes of one element. */
    public int bytes() {
        return name().charAt(1) - '0';
    }

    /** Whether this is a floating-point type. */
    public boolean isFloat() {
        return name().charAt(0) == 'F';
    }

    /**
     * The type for indices of codebooks of up to {@code codebookSize} code vectors: U2 up to 65,536, I4 up to 2^31, else I8.
     */
    public static NpyType forIndices(long codebookSize) {
        if (codebookSize < 1) {
            throw new IllegalArgumentException("codebookSize is " + codebookSize + ", must be at least 1");
        }
        return codebookSize <= 1 << 16 ? U2 : codebookSize <= 1L << 31 ? I4 : I8;
    }

    /** The type with numpy's code, such as {@code u2}; {@code b1} (bool) reads as U1. */
    static Optional<NpyType> ofCode(String code) {
        if (code.equals("b1")) {
            return Optional.of(U1);
        }
        for (NpyType type : values()) {
            if (type.code().equals(code)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** Numpy's code without the byte order. */
    String code() {
        return (isFloat() ? "f" : name().charAt(0) == 'I' ? "i" : "u") + bytes();
    }
}
