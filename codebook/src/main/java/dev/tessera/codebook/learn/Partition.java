package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.Checks;
import java.util.Arrays;

/**
 * How learners cut vectors into consecutive parts: into so many, or into parts of given dimensions.
 *
 * @param parts their number
 * @param given dimensions of the parts, empty when they should be even
 */
record Partition(int parts, int[] given) {
    static Partition even(int parts, String name) {
        return new Partition(Checks.requireAtLeast(1, parts, name), new int[0]);
    }

    static Partition of(int[] dims) {
        if (dims.length == 0) {
            throw new IllegalArgumentException("dims is empty, must have at least 1 value");
        }
        for (int d : dims) {
            Checks.requireAtLeast(1, d, "a value of dims");
        }
        return new Partition(dims.length, dims.clone());
    }

    /**
     * Dimensions of the parts of vectors of {@code dim} dimensions; even ones differ by at most 1, the larger first.
     */
    int[] dims(int dim) {
        if (given.length > 0) {
            if (Arrays.stream(given).asLongStream().sum() != dim) {
                throw new IllegalArgumentException(
                        "dims is " + Arrays.toString(given) + ", must have the sum " + dim + ", the vectors' dim");
            }
            return given.clone();
        }
        if (parts > dim) {
            throw new IllegalArgumentException(
                    "vectors of dim " + dim + " should be cut into " + parts + " parts, must be in [1, " + dim + "]");
        }
        int[] dims = new int[parts];
        for (int m = 0; m < parts; m++) {
            dims[m] = dim / parts + (m < dim % parts ? 1 : 0);
        }
        return dims;
    }
}
