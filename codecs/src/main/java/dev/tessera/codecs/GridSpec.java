package dev.tessera.codecs;

import dev.tessera.codebook.Codebook;
import java.util.Arrays;
import java.util.List;

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
                throw new IllegalArgumentException(
                        "stage " + s + " has " + classes[s].length + " classes, must have " + codebookSizes[s]);
            }
            for (byte c : classes[s]) {
                if (c < 0 || c > 3) {
                    throw new IllegalArgumentException("class " + c + " in stage " + s + ", must be in [0, 3]");
                }
            }
        }
        if (tableBits < MIN_TABLE_BITS || tableBits > MAX_TABLE_BITS) {
            throw new IllegalArgumentException(
                    "tableBits is " + tableBits + ", must be in [" + MIN_TABLE_BITS + ", " + MAX_TABLE_BITS + "]");
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

    /** Classes of stages whose indices are in the order of a tree: the quarter that an index lies in. */
    public static GridSpec ordered(int[] codebookSizes, int tableBits) {
        byte[][] classes =
                Arrays.stream(codebookSizes).mapToObj(GridSpec::quarters).toArray(byte[][]::new);
        return new GridSpec(codebookSizes, false, classes, tableBits);
    }

    /**
     * Classes by what the code vectors are. Codebooks whose index 0 is the zero vector: 0 for it, 1, 2 and 3 for the lower,
     * middle and upper third by norm. The others: the quarter of the tree-ordered codebook.
     *
     * @param codebooks one for each stage
     * @param firstZeroStage first stage whose index 0 is the zero vector; so it is in all after it
     */
    public static GridSpec of(List<Codebook> codebooks, int firstZeroStage, boolean columnContext, int tableBits) {
        byte[][] classes = new byte[codebooks.size()][];
        for (int s = 0; s < classes.length; s++) {
            classes[s] =
                    s < firstZeroStage ? quarters(codebooks.get(s).codebookSize()) : thirdsByNorm(codebooks.get(s));
        }
        int[] sizes = codebooks.stream().mapToInt(Codebook::codebookSize).toArray();
        return new GridSpec(sizes, columnContext, classes, tableBits);
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

    private static byte[] quarters(int k) {
        byte[] classes = new byte[k];
        for (int i = 0; i < k; i++) {
            classes[i] = (byte) (4L * i / k);
        }
        return classes;
    }

    private static byte[] thirdsByNorm(Codebook codebook) {
        int k = codebook.codebookSize();
        float[] norms = new float[k];
        for (int i = 0; i < k; i++) {
            for (float v : codebook.codeVector(i)) {
                norms[i] += v * v;
            }
        }
        float[] sorted = norms.clone();
        Arrays.sort(sorted);
        byte[] classes = new byte[k];
        for (int i = 1; i < k; i++) {
            classes[i] = (byte) (norms[i] < sorted[k / 3] ? 1 : norms[i] < sorted[2 * k / 3] ? 2 : 3);
        }
        return classes;
    }
}
