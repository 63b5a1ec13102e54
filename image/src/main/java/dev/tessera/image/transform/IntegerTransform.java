package dev.tessera.image.transform;

import java.util.function.DoubleBinaryOperator;

/**
 * Orthonormal transforms of square blocks in integers, DCT-II or DST-VII (which suits what is left of a block that was
 * predicted from its neighbours: Han et al. 2012): the same results on every machine. Basis functions are rounded from {@link StrictMath}
 * to 1/2^14, sums are longs, each of the two passes rounds once.
 */
final class IntegerTransform {
    private static final int SCALE_BITS = 14;
    private static final long HALF = 1L << SCALE_BITS - 1;

    private final int size;
    private final int[] basis; // [frequency x sample]

    private IntegerTransform(int size, DoubleBinaryOperator basisFunction) {
        this.size = size;
        this.basis = new int[size * size];
        for (int k = 0; k < size; k++) {
            for (int n = 0; n < size; n++) {
                basis[k * size + n] = (int) StrictMath.round((1 << SCALE_BITS) * basisFunction.applyAsDouble(k, n));
            }
        }
    }

    static IntegerTransform cosine(int size) {
        return new IntegerTransform(
                size,
                (k, n) -> StrictMath.sqrt((k == 0 ? 1.0 : 2.0) / size)
                        * StrictMath.cos(StrictMath.PI * (2 * n + 1) * k / (2 * size)));
    }

    static IntegerTransform sine(int size) {
        return new IntegerTransform(
                size,
                (k, n) -> 2
                        / StrictMath.sqrt(2 * size + 1)
                        * StrictMath.sin(StrictMath.PI * (2 * k + 1) * (n + 1) / (2 * size + 1)));
    }

    int size() {
        return size;
    }

    /** Samples {@code [size x size]} to coefficients, row-major, vertical frequency first. */
    void forward(int[] samples, int[] coefficients, int[] scratch) {
        for (int y = 0; y < size; y++) {
            for (int k = 0; k < size; k++) {
                long sum = HALF;
                for (int x = 0; x < size; x++) {
                    sum += (long) basis[k * size + x] * samples[y * size + x];
                }
                scratch[k * size + y] = (int) (sum >> SCALE_BITS);
            }
        }
        for (int k = 0; k < size; k++) {
            for (int v = 0; v < size; v++) {
                long sum = HALF;
                for (int y = 0; y < size; y++) {
                    sum += (long) basis[v * size + y] * scratch[k * size + y];
                }
                coefficients[v * size + k] = (int) (sum >> SCALE_BITS);
            }
        }
    }

    /**
     * Coefficients to samples.
     *
     * @param extent frequencies at and above it are zero in both directions
     */
    void inverse(int[] coefficients, int extent, int[] samples, int[] scratch) {
        for (int k = 0; k < extent; k++) {
            for (int y = 0; y < size; y++) {
                long sum = HALF;
                for (int v = 0; v < extent; v++) {
                    sum += (long) basis[v * size + y] * coefficients[v * size + k];
                }
                scratch[y * size + k] = (int) (sum >> SCALE_BITS);
            }
        }
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                long sum = HALF;
                for (int k = 0; k < extent; k++) {
                    sum += (long) basis[k * size + x] * scratch[y * size + k];
                }
                samples[y * size + x] = (int) (sum >> SCALE_BITS);
            }
        }
    }
}
