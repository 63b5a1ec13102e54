package dev.tessera.codebook;

import java.util.Arrays;

/** Checks and products of grid shapes. */
final class Shapes {
    private Shapes() {}

    /** Product of {@code shape}; every extent must be at least 0 and the product must fit an int. */
    static int count(int[] shape) {
        long product = 1;
        for (int extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative extent");
            }
            product *= extent;
            if (product > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "shape " + Arrays.toString(shape) + " has more than " + Integer.MAX_VALUE + " positions");
            }
        }
        return (int) product;
    }
}
