package dev.tessera.codecs.mixing;

import java.util.Arrays;

/**
 * Principal directions of integer points by power iteration, in integers only: the same on every machine. Directions
 * are
 * within a few degrees of the exact ones, which is all that a model of probabilities needs.
 */
final class PrincipalAxes {
    private static final int ONE_BITS = 15; // directions have length 2^15
    private static final int ITERATIONS = 24;

    private PrincipalAxes() {}

    /**
     * The first {@code count} directions of {@code points}, each of length 2^15 or all zeros when nothing is left.
     *
     * @param points {@code [points][dim]}, at most 2^12 points of magnitude at most 2^16 are looked at, evenly spaced
     */
    static int[][] of(int[][] points, int count) {
        int dim = points[0].length;
        int step = (points.length - 1 >> 12) + 1;
        long[] mean = new long[dim];
        int used = 0;
        for (int p = 0; p < points.length; p += step, used++) {
            for (int d = 0; d < dim; d++) {
                mean[d] += points[p][d];
            }
        }
        int[][] centred = new int[used][dim];
        for (int i = 0; i < used; i++) {
            for (int d = 0; d < dim; d++) {
                centred[i][d] = points[i * step][d] - (int) (mean[d] / used);
            }
        }
        int[][] axes = new int[count][dim];
        for (int a = 0; a < count; a++) {
            axes[a] = leading(centred);
            for (int[] x : centred) {
                int along = dot(x, axes[a]);
                for (int d = 0; d < dim; d++) {
                    x[d] -= (int) ((long) along * axes[a][d] >> ONE_BITS);
                }
            }
        }
        return axes;
    }

    /** {@code <x, axis>}, in units of x. */
    static int dot(int[] x, int[] axis) {
        long sum = 0;
        for (int d = 0; d < x.length; d++) {
            sum += (long) x[d] * axis[d];
        }
        return (int) (sum >> ONE_BITS);
    }

    private static int[] leading(int[][] centred) {
        int dim = centred[0].length;
        long[] sums = new long[dim];
        long farthest = -1;
        for (int[] x : centred) {
            long norm = 0;
            for (int v : x) {
                norm += (long) v * v;
            }
            if (norm > farthest) {
                farthest = norm;
                Arrays.setAll(sums, d -> x[d]);
            }
        }
        int[] axis = new int[dim];
        for (int iteration = 0; iteration <= ITERATIONS; iteration++) {
            if (!normalize(sums, axis) || iteration == ITERATIONS) {
                break;
            }
            Arrays.fill(sums, 0);
            for (int[] x : centred) {
                long along = dot(x, axis);
                for (int d = 0; d < dim; d++) {
                    sums[d] += along * x[d];
                }
            }
        }
        return axis;
    }

    /** False, and a zero axis, when {@code sums} is zero. */
    private static boolean normalize(long[] sums, int[] axis) {
        long largest = 0;
        for (long v : sums) {
            largest = Math.max(largest, Math.abs(v));
        }
        Arrays.fill(axis, 0);
        if (largest == 0) {
            return false;
        }
        int up = Math.max(0, Long.numberOfLeadingZeros(largest) - 40); // largest becomes 23 or 24 bits
        int down = Math.max(0, 40 - Long.numberOfLeadingZeros(largest));
        long square = 0;
        for (int d = 0; d < axis.length; d++) {
            axis[d] = (int) (sums[d] << up >> down);
            square += (long) axis[d] * axis[d];
        }
        long length = root(square);
        for (int d = 0; d < axis.length; d++) {
            axis[d] = (int) (((long) axis[d] << ONE_BITS) / length);
        }
        return true;
    }

    /** The integer part of the square root. */
    static long root(long square) {
        long root = 0;
        for (long bit = 1L << (64 - Long.numberOfLeadingZeros(square)) / 2; bit != 0; bit >>>= 1) {
            long next = root | bit;
            if (next <= square / next) {
                root = next;
            }
        }
        return root;
    }
}
