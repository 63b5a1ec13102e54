package dev.tessera.image.transform;

import java.util.Arrays;
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
    private final double[][] transposed; // [sample][frequency]

    private IntegerTransform(int size, DoubleBinaryOperator basisFunction) {
        this.size = size;
        this.basis = new int[size * size];
        this.transposed = new double[size][size];
        for (int k = 0; k < size; k++) {
            for (int n = 0; n < size; n++) {
                basis[k * size + n] = (int) StrictMath.round((1 << SCALE_BITS) * basisFunction.applyAsDouble(k, n));
                transposed[n][k] = basis[k * size + n];
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

    /**
     * Samples {@code [size x size]} to coefficients, row-major, vertical frequency first. Sums are whole numbers below 2^53 in doubles, of
     * which processors add eight at a time.
     */
    void forward(int[] samples, int[] coefficients, int[] scratch) {
        double[] sums = new double[size];
        for (int y = 0; y < size; y++) {
            sum(samples, y * size, sums);
            for (int k = 0; k < size; k++) {
                scratch[k * size + y] = (int) ((long) sums[k] >> SCALE_BITS);
            }
        }
        for (int k = 0; k < size; k++) {
            sum(scratch, k * size, sums);
            for (int v = 0; v < size; v++) {
                coefficients[v * size + k] = (int) ((long) sums[v] >> SCALE_BITS);
            }
        }
    }

    private void sum(int[] in, int from, double[] sums) {
        Arrays.fill(sums, HALF);
        for (int x = 0; x < size; x++) {
            double sample = in[from + x];
            double[] row = transposed[x];
            for (int k = 0; k < sums.length; k++) {
                sums[k] += row[k] * sample;
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
