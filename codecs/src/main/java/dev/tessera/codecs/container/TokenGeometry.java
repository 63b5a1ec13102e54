package dev.tessera.codecs.container;

import java.util.List;

/**
 * Extents of an array of integers, row-major: indices of codebooks, as a rule.
 *
 * @param shape 1 to 8 extents of 0 to 2^31 - 9; their product is at most 2^31 - 9
 * @param type type of the elements of the array
 */
public record TokenGeometry(List<Integer> shape, ElementType type) implements Geometry {
    /** Types of elements, named as numpy names them; the order is that of their codes in the file. */
    public enum ElementType {
        U1,
        I1,
        U2,
        I2,
        U4,
        I4,
        U8,
        I8;

        /** The least number of this type. */
        public long least() {
            return name().charAt(0) == 'U' ? 0 : -1L << bits() - 1;
        }

        /** The largest number of this type that is below 2^63. */
        public long largest() {
            boolean signed = name().charAt(0) == 'I';
            return bits() == 64 ? Long.MAX_VALUE : (1L << (signed ? bits() - 1 : bits())) - 1;
        }

        private int bits() {
            return 8 * (name().charAt(1) - '0');
        }
    }

    public TokenGeometry {
        shape = List.copyOf(shape);
        if (type == null) {
            throw new IllegalArgumentException("type must not be null");
        }
        TensorGeometry.checkShape(shape);
    }

    /** Product of the shape. */
    public int elements() {
        return TensorGeometry.product(shape);
    }
}
