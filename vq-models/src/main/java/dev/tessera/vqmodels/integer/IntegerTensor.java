package dev.tessera.vqmodels.integer;

import java.util.Arrays;

/** Integers in rows, columns and so on, each of which stands for itself times a dyadic unit. Immutable. */
public final class IntegerTensor {
    private final int[] shape;
    private final int[] values;
    private final Dyadic unit;

    private IntegerTensor(int[] shape, int[] values, Dyadic unit) {
        this.shape = shape;
        this.values = values;
        this.unit = unit;
    }

    /**
     * A tensor of copies.
     *
     * @param values row-major
     * @throws IllegalArgumentException when there are not as many as {@code shape} says
     */
    public static IntegerTensor of(Dyadic unit, int[] values, int... shape) {
        long elements = 1;
        for (int extent : shape) {
            IntegerLayer.requireIn(0, Integer.MAX_VALUE, extent, "extent");
            elements *= extent;
            if (elements > values.length) {
                break;
            }
        }
        if (elements != values.length) {
            throw new IllegalArgumentException(
                    "values has " + values.length + " numbers, which do not make " + Arrays.toString(shape));
        }
        return new IntegerTensor(shape.clone(), values.clone(), unit);
    }

    /** A copy of the extents. */
    public int[] shape() {
        return shape.clone();
    }

    public int extent(int axis) {
        return shape[axis];
    }

    public int elements() {
        return values.length;
    }

    /** What an integer of 1 stands for. */
    public Dyadic unit() {
        return unit;
    }

    /** The integer at {@code index} of the row-major order. */
    public int get(int index) {
        return values[index];
    }

    /** A copy of the integers, row-major. */
    public int[] toInts() {
        return values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntegerTensor that
                && unit.equals(that.unit)
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "IntegerTensor" + Arrays.toString(shape) + " in " + unit;
    }
}
