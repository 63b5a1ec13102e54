package dev.tessera.codecs.container;

import java.util.List;

/**
 * Extents of a tensor of floating-point numbers, row-major.
 *
 * @param shape 1 to 8 extents of 0 to 2^31 - 9; their product is at most 2^31 - 9
 * @param type type of the elements in the array that the tensor came from
 */
public record TensorGeometry(List<Integer> shape, ElementType type) implements Geometry {
    /** Most axes that the format can say. */
    public static final int MAX_RANK = 8;

    /** Most elements: what a Java array can hold on every virtual machine. */
    public static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

    /** Types of elements, named as numpy names them; the order is that of their codes in the file. */
    public enum ElementType {
        F4,
        F2
    }

    public TensorGeometry {
        shape = List.copyOf(shape);
        if (type == null) {
            throw new IllegalArgumentException("type must not be null");
        }
        checkShape(shape);
    }

    /** Product of the shape. */
    public int elements() {
        return product(shape);
    }

    static int product(List<Integer> shape) {
        int product = 1;
        for (int extent : shape) {
            product *= extent;
        }
        return product;
    }

    static void checkShape(List<Integer> shape) {
        if (shape.isEmpty() || shape.size() > MAX_RANK) {
            throw new IllegalArgumentException("shape is " + shape + ", must have 1 to " + MAX_RANK + " axes");
        }
        if (!isPossible(shape)) {
            throw new IllegalArgumentException(
                    "shape is " + shape + ", extents must be in [0, " + MAX_ELEMENTS + "], as must be their product");
        }
    }

    static boolean isPossible(List<Integer> shape) {
        long product = 1;
        boolean possible = true;
        for (int extent : shape) {
            possible &= extent >= 0 && extent <= MAX_ELEMENTS;
            product = Math.min(product * Math.max(0, extent), 1L << 31);
        }
        return possible && product <= MAX_ELEMENTS;
    }
}
