package dev.tessera.codebook;

import java.util.Arrays;

/**
 * The discrete form of a signal: at every position of a grid one index per stage.
 *
 * <p>Stored stage-major: {@code [stages x frames]} for audio, {@code [stages x height x width]} for images; index
 * {@code (stage, position)} stands at {@code stage * positions + position}. Every index is in
 * {@code [0, codebookSize(stage))}. Immutable.
 */
public final class Tokens {
    private final int[] shape;
    private final int[] codebookSizes;
    private final int positions;
    private final int[] indices;

    private Tokens(int[] shape, int[] codebookSizes, int positions, int[] indices) {
        this.shape = shape;
        this.codebookSizes = codebookSizes;
        this.positions = positions;
        this.indices = indices;
    }

    /**
     * Copies {@code indices} and checks each of them.
     *
     * @param shape extents of the grid of positions (without the stages)
     * @param codebookSizes K of each stage; its length is the number of stages, at least 1
     * @param indices {@code [stages x positions]}
     */
    public static Tokens of(int[] shape, int[] codebookSizes, int[] indices) {
        int positions = Shapes.count(shape);
        if (codebookSizes.length < 1) {
            throw new IllegalArgumentException("codebookSizes is empty, there must be at least 1 stage");
        }
        if (indices.length != (long) positions * codebookSizes.length) {
            throw new IllegalArgumentException("indices has " + indices.length
                    + " values, must have stages x positions = " + codebookSizes.length + " x " + positions);
        }
        for (int i = 0; i < indices.length; i++) {
            int stage = i / positions;
            if (indices[i] < 0 || indices[i] >= codebookSizes[stage]) {
                throw new IllegalArgumentException("index " + indices[i] + " at position " + i % positions
                        + " of stage " + stage + ", must be in [0, " + codebookSizes[stage] + ")");
            }
        }
        return new Tokens(shape.clone(), codebookSizes.clone(), positions, indices.clone());
    }

    /** Tokens from indices that are position-major, {@code [positions x stages]}, as quantizers return them. */
    public static Tokens ofPositionMajor(int[] shape, int[] codebookSizes, int[] indices) {
        int stages = codebookSizes.length;
        int positions = stages == 0 ? 0 : indices.length / stages;
        int[] stageMajor = new int[indices.length];
        for (int p = 0; p < positions; p++) {
            for (int s = 0; s < stages; s++) {
                stageMajor[s * positions + p] = indices[p * stages + s];
            }
        }
        return of(shape, codebookSizes, stageMajor);
    }

    /** Number of stages (1 for a plain codebook). */
    public int stages() {
        return codebookSizes.length;
    }

    /** Extents of the grid of positions, without the stages. */
    public int[] shape() {
        return shape.clone();
    }

    /** Number of positions, the product of {@link #shape()}. */
    public int positions() {
        return positions;
    }

    /** K of {@code stage}. */
    public int codebookSize(int stage) {
        return codebookSizes[stage];
    }

    /** K of every stage. */
    public int[] codebookSizes() {
        return codebookSizes.clone();
    }

    /** The index of {@code stage} at {@code position}. */
    public int index(int stage, int position) {
        return indices[stage * positions + position];
    }

    /** A copy of all indices, {@code [stages x positions]}. */
    public int[] toArray() {
        return indices.clone();
    }

    /** A copy of all indices, {@code [positions x stages]}, as {@link Quantizer#dequantize} takes them. */
    public int[] toPositionMajor() {
        int stages = stages();
        int[] out = new int[indices.length];
        for (int s = 0; s < stages; s++) {
            for (int p = 0; p < positions; p++) {
                out[p * stages + s] = indices[s * positions + p];
            }
        }
        return out;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tokens that
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(codebookSizes, that.codebookSizes)
                && Arrays.equals(indices, that.indices);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(indices) * 31 + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return "Tokens[" + stages() + " stages, " + Arrays.toString(shape) + ", K " + Arrays.toString(codebookSizes)
                + "]";
    }
}
