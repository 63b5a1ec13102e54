package dev.tessera.codecs;

import java.util.Arrays;

/**
 * What a {@link GridModel} must know of the tokens it codes.
 *
 * <p>Index 0 of every stage is coded by a decision of its own, so that a code vector of zeros ("nothing more to say
 * here") costs little; the others are coded as the binary digits of the index, most significant first, which pays when
 * the codebook is tree-ordered (index prefixes mean something).
 *
 * @param codebookSizes K of each stage, each in [1, 2^20]
 * @param columnContext whether the column itself predicts (a frequency band does, an image column does not)
 * @param classes a class in [0, 3] of every index of every stage, {@code [stages][K]}: what neighbours are told of a
 *     token beside its leading bits, for example "zero, small, medium, large"
 * @param tableBits log2 of the slots of each of the model's eight context tables, 8 to 20; a prior takes 24 bytes times
 *     that many
 */
public record GridSpec(int[] codebookSizes, boolean columnContext, byte[][] classes, int tableBits) {
    /** Slots enough for some thousand tokens a file. */
    public static final int DEFAULT_TABLE_BITS = 16;

    public static final int MIN_TABLE_BITS = 8;

    public static final int MAX_TABLE_BITS = 20;

    /** Largest K of a stage. */
    public static final int MAX_CODEBOOK_SIZE = 1 << 20;

    private static final int MAX_STAGES = 64;

    public GridSpec {
        if (codebookSizes.length < 1 || codebookSizes.length > MAX_STAGES) {
            throw new IllegalArgumentException(
                    "there are " + codebookSizes.length + " stages, must be in [1, " + MAX_STAGES + "]");
        }
        if (classes.length != codebookSizes.length) {
            throw new IllegalArgumentException(
                    "classes has " + classes.length + " stages, codebookSizes has " + codebookSizes.length);
        }
        for (int s = 0; s < codebookSizes.length; s++) {
            if (codebookSizes[s] < 1 || codebookSizes[s] > MAX_CODEBOOK_SIZE) {
                throw new IllegalArgumentException("codebook size of stage " + s + " is " + codebookSizes[s]
                        + ", must be in [1, " + MAX_CODEBOOK_SIZE + "]");
            }
            if (classes[s].length != codebookSizes[s]) {
                throw new IllegalArgumentException("stage " + s + " has " + classes[s].length + " classes, must have "
                        + codebookSizes[s]);
            }
            for (byte c : classes[s]) {
                if (c < 0 || c > 3) {
                    throw new IllegalArgumentException("class " + c + " in stage " + s + ", must be in [0, 3]");
                }
            }
        }
        if (tableBits < MIN_TABLE_BITS || tableBits > MAX_TABLE_BITS) {
            throw new IllegalArgumentException("tableBits is " + tableBits + ", must be in [" + MIN_TABLE_BITS + ", "
                    + MAX_TABLE_BITS + "]");
        }
        codebookSizes = codebookSizes.clone();
        classes = Arrays.stream(classes).map(byte[]::clone).toArray(byte[][]::new);
    }

    /** With {@link #DEFAULT_TABLE_BITS}. */
    public GridSpec(int[] codebookSizes, boolean columnContext, byte[][] classes) {
        this(codebookSizes, columnContext, classes, DEFAULT_TABLE_BITS);
    }

    /** Classes: 0 for index 0, 1 for all others. */
    public static GridSpec of(int[] codebookSizes, boolean columnContext) {
        byte[][] classes = new byte[codebookSizes.length][];
        for (int s = 0; s < classes.length; s++) {
            classes[s] = new byte[Math.max(0, codebookSizes[s])];
            Arrays.fill(classes[s], (byte) 1);
            if (classes[s].length > 0) {
                classes[s][0] = 0;
            }
        }
        return new GridSpec(codebookSizes, columnContext, classes);
    }

    @Override
    public int[] codebookSizes() {
        return codebookSizes.clone();
    }

    @Override
    public byte[][] classes() {
        return Arrays.stream(classes).map(byte[]::clone).toArray(byte[][]::new);
    }

    /** Number of stages. */
    public int stages() {
        return codebookSizes.length;
    }

    /** Number of binary digits of an index of {@code stage}. */
    int bits(int stage) {
        return 32 - Integer.numberOfLeadingZeros(codebookSizes[stage] - 1);
    }
}
