package dev.tessera.image.transform;

/**
 * Orthonormal DCT-II of square blocks in integers: the same results on every machine. Cosines are rounded from
 * {@link StrictMath} to 1/2^14, sums are longs, each of the two passes rounds once.
 */
final class IntegerDct {
    private static final int SCALE_BITS = 14;
    private static final long HALF = 1L << SCALE_BITS - 1;

    private final int size;
    private final int[] basis; // [frequency x sample]

    IntegerDct(int size) {
        this.size = size;
        this.basis = new int[size * size];
        for (int k = 0; k < size; k++) {
            double norm = StrictMath.sqrt((k == 0 ? 1.0 : 2.0) / size);
            for (int n = 0; n < size; n++) {
                double cosine = StrictMath.cos(StrictMath.PI * (2 * n + 1) * k / (2 * size));
                basis[k * size + n] = (int) StrictMath.round((1 << SCALE_BITS) * norm * cosine);
            }
        }
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
