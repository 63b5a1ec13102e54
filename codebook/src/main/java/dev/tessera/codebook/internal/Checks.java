package dev.tessera.codebook.internal;

import dev.tessera.codebook.Latents;

/** Checks of arguments that quantizers and learners have in common; all throw {@link IllegalArgumentException}. */
public final class Checks {
    private Checks() {}

    public static void checkDim(int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException("latents have dim " + found + ", this quantizer takes " + expected);
        }
    }

    /** Number of positions of {@code indices}, {@code [positions x stages]}. */
    public static int checkStages(int[] indices, int stages) {
        if (indices.length % stages != 0) {
            throw new IllegalArgumentException(
                    "indices has " + indices.length + " values, must be a multiple of the " + stages + " stages");
        }
        return indices.length / stages;
    }

    /** Number of positions; every index must be in the range of its stage. */
    public static int checkIndices(int[] indices, int[] codebookSizes) {
        int stages = codebookSizes.length;
        int positions = checkStages(indices, stages);
        for (int i = 0; i < indices.length; i++) {
            int size = codebookSizes[i % stages];
            if (indices[i] < 0 || indices[i] >= size) {
                throw new IllegalArgumentException("index is " + indices[i] + " at position " + i / stages
                        + " of stage " + i % stages + ", must be in [0, " + size + ")");
            }
        }
        return positions;
    }

    public static int requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
        return value;
    }

    /** {@code value} when it lies in {@code [least, most]}. */
    public static double requireIn(double least, double most, double value, String name) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + least + ", " + most + "]");
        }
        return value;
    }

    public static void requireFinite(float[] values, String name) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(name + "[" + i + "] is " + values[i] + ", must be finite");
            }
        }
    }

    /** Vectors to learn from: at least one, all values finite. */
    public static void requireVectors(Latents vectors) {
        if (vectors.count() < 1) {
            throw new IllegalArgumentException("there are no vectors to learn from");
        }
        float[] x = vectors.data();
        for (int i = 0; i < x.length; i++) {
            if (!Float.isFinite(x[i])) {
                throw new IllegalArgumentException("vector " + i / vectors.dim() + " has the value " + x[i]
                        + " in dimension " + i % vectors.dim() + ", must be finite");
            }
        }
    }
}
