package dev.tessera.codecs.mixing;

import dev.tessera.codecs.container.TokenGeometry;
import java.util.Arrays;

/** An array of integers. Immutable as long as nobody writes to its values. */
public final class TokenArray {
    private final TokenGeometry geometry;
    private final long[] values;

    private TokenArray(TokenGeometry geometry, long[] values) {
        this.geometry = geometry;
        this.values = values;
    }

    /**
     * Takes {@code values} without copying them.
     *
     * @param values row-major
     */
    public static TokenArray of(TokenGeometry geometry, long... values) {
        if (values.length != geometry.elements()) {
            throw new IllegalArgumentException(
                    "values has " + values.length + " elements, must have " + geometry.elements() + " for " + geometry);
        }
        for (long value : values) {
            if (value < geometry.type().least() || value > geometry.type().largest()) {
                throw new IllegalArgumentException("value is " + value + ", which does not fit " + geometry.type());
            }
        }
        return new TokenArray(geometry, values);
    }

    public TokenGeometry geometry() {
        return geometry;
    }

    /** Row-major; not a copy, do not write. */
    public long[] values() {
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenArray that && geometry.equals(that.geometry) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * geometry.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "TokenArray" + geometry.shape() + " of " + geometry.type();
    }
}
