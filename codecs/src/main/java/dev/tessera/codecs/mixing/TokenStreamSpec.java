package dev.tessera.codecs.mixing;

import java.util.List;

/**
 * What encoder and decoder of a token stream must agree on beside the extents of the grid. Immutable; keep it for many streams of one
 * codebook: what models derive from the code vectors is worked out once.
 */
public final class TokenStreamSpec {
    /** Enough for some hundred thousand tokens. */
    public static final int DEFAULT_TABLE_BITS = 20;

    public static final int MIN_TABLE_BITS = 10;

    public static final int MAX_TABLE_BITS = 24;

    public static final int MAX_CODEBOOK_SIZE = 1 << 16;

    public static final int MAX_STAGES = 64;

    private final int[] codebookSizes;
    private final List<CodeVectors> geometry;
    private final int tableBits;
    private volatile List<CodeTree> gridTrees; // once they were asked for
    private volatile List<CodeTree> sequenceTrees;

    /**
     * @param codebookSizes K of each stage, 1 to {@value #MAX_CODEBOOK_SIZE}
     * @param geometry the code vectors of every stage, all of one dimension and one scale, the stages adding up to the signal (a plain
     *     codebook has one stage); or empty when the vectors are unknown
     * @param tableBits log2 of the slots of each context table, {@value #MIN_TABLE_BITS} to {@value #MAX_TABLE_BITS}
     */
    public TokenStreamSpec(int[] codebookSizes, List<CodeVectors> geometry, int tableBits) {
        if (codebookSizes.length < 1 || codebookSizes.length > MAX_STAGES) {
            throw new IllegalArgumentException(
                    "codebookSizes has " + codebookSizes.length + " stages, must have 1 to " + MAX_STAGES);
        }
        if (!geometry.isEmpty() && geometry.size() != codebookSizes.length) {
            throw new IllegalArgumentException(
                    "geometry has " + geometry.size() + " stages, must have none or " + codebookSizes.length);
        }
        for (int s = 0; s < codebookSizes.length; s++) {
            int k = codebookSizes[s];
            if (k < 1 || k > MAX_CODEBOOK_SIZE) {
                throw new IllegalArgumentException(
                        "codebook size of stage " + s + " is " + k + ", must be in [1, " + MAX_CODEBOOK_SIZE + "]");
            }
            if (!geometry.isEmpty() && geometry.get(s).codebookSize() != k) {
                throw new IllegalArgumentException("geometry of stage " + s + " has "
                        + geometry.get(s).codebookSize() + " code vectors, must have " + k);
            }
            if (!geometry.isEmpty()
                    && geometry.get(s).codeDim() != geometry.getFirst().codeDim()) {
                throw new IllegalArgumentException("geometry of stage " + s + " has codeDim "
                        + geometry.get(s).codeDim() + ", must have "
                        + geometry.getFirst().codeDim());
            }
        }
        if (tableBits < MIN_TABLE_BITS || tableBits > MAX_TABLE_BITS) {
            throw new IllegalArgumentException(
                    "tableBits is " + tableBits + ", must be in [" + MIN_TABLE_BITS + ", " + MAX_TABLE_BITS + "]");
        }
        this.codebookSizes = codebookSizes.clone();
        this.geometry = List.copyOf(geometry);
        this.tableBits = tableBits;
    }

    /** With {@link #DEFAULT_TABLE_BITS}. */
    public TokenStreamSpec(int[] codebookSizes, List<CodeVectors> geometry) {
        this(codebookSizes, geometry, DEFAULT_TABLE_BITS);
    }

    /** Without geometry. */
    public static TokenStreamSpec of(int... codebookSizes) {
        return new TokenStreamSpec(codebookSizes, List.of());
    }

    public int[] codebookSizes() {
        return codebookSizes.clone();
    }

    /** One for each stage, or none when the code vectors are unknown. */
    public List<CodeVectors> geometry() {
        return geometry;
    }

    public int tableBits() {
        return tableBits;
    }

    public int stages() {
        return codebookSizes.length;
    }

    /** The decisions of each stage; built by the first call, threads that meet there build equal ones. */
    List<CodeTree> trees(boolean isGrid) {
        List<CodeTree> trees = isGrid ? gridTrees : sequenceTrees;
        if (trees == null) {
            trees = Geometry.trees(this, isGrid);
            if (isGrid) {
                gridTrees = trees;
            } else {
                sequenceTrees = trees;
            }
        }
        return trees;
    }
}
