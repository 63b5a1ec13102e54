package dev.tessera.codebook;

import java.util.Arrays;

/**
 * What an {@link Encoder} makes of a signal: one vector of {@code dim} floats at every position of a grid.
 *
 * <p>The grid is {@code [frames]} for audio and series, {@code [height, width]} for images, {@code [count]} for plain
 * vectors. Storage is {@code [positions x dim]}, row-major. The array is shared, not copied: whoever hands it over gives
 * up writing to it.
 */
public final class Latents {
    private final int[] shape;
    private final int dim;
    private final int count;
    private final float[] data; // [count x dim], row-major

    private Latents(int[] shape, int dim, int count, float[] data) {
        this.shape = shape;
        this.dim = dim;
        this.count = count;
        this.data = data;
    }

    /** Latents on the grid {@code shape}; {@code data} is {@code [product(shape) x dim]}. */
    public static Latents of(int[] shape, int dim, float[] data) {
        int count = Shapes.count(shape);
        if (dim < 1) {
            throw new IllegalArgumentException("dim is " + dim + ", must be at least 1");
        }
        if (data.length != (long) count * dim) {
            throw new IllegalArgumentException(
                    "data has " + data.length + " values, must have positions x dim = " + count + " x " + dim);
        }
        return new Latents(shape.clone(), dim, count, data);
    }

    /** Plain vectors, {@code [count x dim]}. */
    public static Latents of(int count, int dim, float[] data) {
        return of(new int[] {count}, dim, data);
    }

    /** Extents of the grid. */
    public int[] shape() {
        return shape.clone();
    }

    /** Number of positions, the product of {@link #shape()}. */
    public int count() {
        return count;
    }

    /** Dimension of the vector at each position. */
    public int dim() {
        return dim;
    }

    /** The values themselves, {@code [count x dim]}, row-major; not a copy, do not write. */
    public float[] data() {
        return data;
    }

    @Override
    public String toString() {
        return "Latents" + Arrays.toString(shape) + " x " + dim;
    }
}
