package dev.tessera.codebook.implicit;

/** Checks that all quantizers of this package make. */
final class StageChecks {
    private StageChecks() {}

    static void checkDim(int found, int expected) {
        if (found != expected) {
            throw new IllegalArgumentException("latents have dim " + found + ", this quantizer takes " + expected);
        }
    }

    /** Number of positions; every index must be in the range of its stage. */
    static int checkIndices(int[] indices, int[] codebookSizes) {
        int stages = codebookSizes.length;
        if (indices.length % stages != 0) {
            throw new IllegalArgumentException(
                    "indices has " + indices.length + " values, must be a multiple of the " + stages + " stages");
        }
        for (int i = 0; i < indices.length; i++) {
            int size = codebookSizes[i % stages];
            if (indices[i] < 0 || indices[i] >= size) {
                throw new IllegalArgumentException("index is " + indices[i] + " at position " + i / stages
                        + " of stage " + i % stages + ", must be in [0, " + size + ")");
            }
        }
        return indices.length / stages;
    }

    static int requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
        return value;
    }

    static void requireFinite(float[] values, String name) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException(name + "[" + i + "] is " + values[i] + ", must be finite");
            }
        }
    }
}
