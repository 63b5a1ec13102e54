package dev.tessera.vqmodels.integer;

/**
 * What flows from one layer to the next: {@code size} integers in {@code [least, most]}, each of which stands for itself times
 * {@code unit}.
 *
 * @param size 1 to {@value #MAX_SIZE}
 * @param least -32,768 to 0
 * @param most 0 to 32,767, above {@code least}
 */
public record IntegerFormat(int size, int least, int most, Dyadic unit) {
    static final int MAX_SIZE = 1 << 16;

    public IntegerFormat {
        IntegerLayer.requireIn(1, MAX_SIZE, size, "size");
        IntegerLayer.requireIn(Short.MIN_VALUE, 0, least, "least");
        IntegerLayer.requireIn(Math.max(0, least + 1), Short.MAX_VALUE, most, "most");
    }

    /** The largest magnitude of a value. */
    public int magnitude() {
        return Math.max(-least, most);
    }

    int clamp(long value) {
        return Math.clamp(value, least, most);
    }
}
