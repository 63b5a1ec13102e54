package dev.tessera.codecs.tensor;

import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TensorGeometry.ElementType;
import java.util.List;

/**
 * Numbers of any shape, row-major. The last axis holds channels, the one before it is a series (time), all axes before
 * these are groups (layers, heads, files).
 */
public final class FloatTensor {
    private final TensorGeometry geometry;
    private final float[] values;

    private FloatTensor(TensorGeometry geometry, float[] values) {
        this.geometry = geometry;
        this.values = values;
    }

    /** A tensor of single-precision numbers; see {@link #of(TensorGeometry, float[])}. */
    public static FloatTensor of(List<Integer> shape, float... values) {
        return of(new TensorGeometry(shape, ElementType.F4), values);
    }

    /**
     * A tensor around {@code values}, which are not copied and must not be changed any more.
     *
     * @param values as many as the shape asks for, row-major; any bits, NaN and infinities included
     */
    public static FloatTensor of(TensorGeometry geometry, float... values) {
        if (values.length != geometry.elements()) {
            throw new IllegalArgumentException("values has the length " + values.length + ", the shape "
                    + geometry.shape() + " needs " + geometry.elements());
        }
        return new FloatTensor(geometry, values);
    }

    public TensorGeometry geometry() {
        return geometry;
    }

    /** The numbers, row-major; not copied, to be read only. */
    @SuppressWarnings("EI_EXPOSE_REP")
    public float[] values() {
        return values;
    }
}
