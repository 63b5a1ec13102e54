package dev.tessera.codebook.implicit;

import dev.tessera.codebook.internal.Checks;
import java.util.Arrays;

/**
 * Signs of vectors as bits of a joint index, 30 bits to a stage, the lowest bits in the first. A value above 0 is a set
 * bit; zero, negative values and NaN are clear bits.
 */
final class SignBits {
    private static final int STAGE_BITS = 30; // the most whose 2^bits is an int

    private final int dim;
    private final BitOrder order;

    SignBits(int dim, BitOrder order) {
        this.dim = Checks.requireAtLeast(1, dim, "dim");
        this.order = order;
    }

    int stages() {
        return (dim - 1) / STAGE_BITS + 1;
    }

    int[] codebookSizes() {
        int[] sizes = new int[stages()];
        Arrays.fill(sizes, 1 << STAGE_BITS);
        sizes[sizes.length - 1] = 1 << (dim - (sizes.length - 1) * STAGE_BITS);
        return sizes;
    }

    BitOrder order() {
        return order;
    }

    /** Sets the bit of dimension {@code d} in the stages from {@code indices[at]}, which start at 0. */
    void set(int[] indices, int at, int d) {
        int bit = bit(d);
        indices[at + bit / STAGE_BITS] |= 1 << bit % STAGE_BITS;
    }

    boolean isSet(int[] indices, int at, int d) {
        int bit = bit(d);
        return (indices[at + bit / STAGE_BITS] >>> bit % STAGE_BITS & 1) != 0;
    }

    /** Packs the signs of rows {@code [from, to)} of {@code x}, {@code [count x dim]}. */
    void pack(float[] x, int from, int to, int[] indices) {
        int stages = stages();
        for (int i = from; i < to; i++) {
            for (int d = 0; d < dim; d++) {
                if (x[i * dim + d] > 0) {
                    set(indices, i * stages, d);
                }
            }
        }
    }

    /** Vectors of {@code magnitude} times the signs, {@code [count x dim]}; the indices are checked before. */
    float[] unpack(int[] indices, int count, float magnitude) {
        int stages = stages();
        float[] out = new float[Math.multiplyExact(count, dim)];
        for (int i = 0; i < count; i++) {
            for (int d = 0; d < dim; d++) {
                out[i * dim + d] = isSet(indices, i * stages, d) ? magnitude : -magnitude;
            }
        }
        return out;
    }

    private int bit(int d) {
        return order == BitOrder.LEAST_SIGNIFICANT_FIRST ? d : dim - 1 - d;
    }
}
