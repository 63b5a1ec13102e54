package dev.tessera.codebook;

import java.util.Arrays;

/**
 * An immutable table of code vectors, {@code [codebookSize x codeDim]}, row-major.
 *
 * <p>Row {@code i} is the code vector with index {@code i}.
 */
public final class Codebook {
    private final int codebookSize;
    private final int codeDim;
    private final float[] vectors; // [codebookSize x codeDim], row-major

    private Codebook(int codebookSize, int codeDim, float[] vectors) {
        this.codebookSize = codebookSize;
        this.codeDim = codeDim;
        this.vectors = vectors;
    }

    /**
     * Copies {@code vectors} into a codebook.
     *
     * @param codebookSize number of code vectors K, at least 1
     * @param codeDim dimension D of each, at least 1
     * @param vectors {@code [K x D]}, row-major, all finite
     * @throws IllegalArgumentException when the length is not K x D or a value is not finite
     */
    public static Codebook of(int codebookSize, int codeDim, float[] vectors) {
        if (codebookSize < 1) {
            throw new IllegalArgumentException("codebookSize is " + codebookSize + ", must be at least 1");
        }
        if (codeDim < 1) {
            throw new IllegalArgumentException("codeDim is " + codeDim + ", must be at least 1");
        }
        if (vectors.length != (long) codebookSize * codeDim) {
            throw new IllegalArgumentException("vectors has " + vectors.length
                    + " values, must have codebookSize x codeDim = " + (long) codebookSize * codeDim);
        }
        for (int i = 0; i < vectors.length; i++) {
            if (!Float.isFinite(vectors[i])) {
                throw new IllegalArgumentException("code vector " + i / codeDim + " has the value " + vectors[i]
                        + " in dimension " + i % codeDim + ", must be finite");
            }
        }
        return new Codebook(codebookSize, codeDim, vectors.clone());
    }

    /** K, the number of code vectors. */
    public int codebookSize() {
        return codebookSize;
    }

    /** D, the dimension of every code vector. */
    public int codeDim() {
        return codeDim;
    }

    /** A copy of code vector {@code index}, {@code [codeDim]}. */
    public float[] codeVector(int index) {
        checkIndex(index);
        return Arrays.copyOfRange(vectors, index * codeDim, (index + 1) * codeDim);
    }

    /** The value of code vector {@code index} in dimension {@code d}. */
    public float get(int index, int d) {
        return vectors[index * codeDim + d];
    }

    /** Adds code vector {@code index} to {@code target[offset .. offset + codeDim)}. */
    public void addTo(int index, float[] target, int offset) {
        checkIndex(index);
        int from = index * codeDim;
        for (int d = 0; d < codeDim; d++) {
            target[offset + d] += vectors[from + d];
        }
    }

    /** A copy of the whole table, {@code [codebookSize x codeDim]}, row-major. */
    public float[] toArray() {
        return vectors.clone();
    }

    /** The table itself, {@code [codebookSize x codeDim]}, row-major; not a copy, do not write. */
    public float[] vectors() {
        return vectors;
    }

    private void checkIndex(int index) {
        if (index < 0 || index >= codebookSize) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + codebookSize + ")");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Codebook that && codeDim == that.codeDim && Arrays.equals(vectors, that.vectors);
    }

    @Override
    public int hashCode() {
        return 31 * codeDim + Arrays.hashCode(vectors);
    }

    @Override
    public String toString() {
        return "Codebook[" + codebookSize + " x " + codeDim + "]";
    }
}
