package dev.tessera.codebook.internal.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Squared Euclidean distance in its direct form, sum of (x - c)^2: no cancellation, unlike |x|^2 - 2 x.c + |c|^2. */
public final class Distances {
    /** With at least 256 bits and the vector kernels. */
    private static final boolean LANES = KernelChoice.vector() && VectorNearestKernel.SPECIES.vectorBitSize() >= 256;

    private Distances() {}

    /**
     * Squared distance of {@code a[ao .. ao + dim)} and {@code b[bo .. bo + dim)}, in double precision. Dimension k is
     * added to partial sum k mod 4, and the sums are joined as (0 + 1) + (2 + 3).
     */
    public static double squared(float[] a, int ao, float[] b, int bo, int dim) {
        return LANES ? Lanes.squared(a, ao, b, bo, dim) : plain(a, ao, b, bo, dim);
    }

    /** The specification. */
    static double plain(float[] a, int ao, float[] b, int bo, int dim) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int k = 0;
        for (; k + 4 <= dim; k += 4) {
            double d0 = (double) a[ao + k] - b[bo + k];
            double d1 = (double) a[ao + k + 1] - b[bo + k + 1];
            double d2 = (double) a[ao + k + 2] - b[bo + k + 2];
            double d3 = (double) a[ao + k + 3] - b[bo + k + 3];
            sum0 += d0 * d0;
            sum1 += d1 * d1;
            sum2 += d2 * d2;
            sum3 += d3 * d3;
        }
        return rest(a, ao, b, bo, dim, k, sum0, sum1, sum2, sum3);
    }

    private static double rest(
            float[] a, int ao, float[] b, int bo, int dim, int k, double sum0, double sum1, double sum2, double sum3) {
        if (k < dim) {
            double d0 = (double) a[ao + k] - b[bo + k];
            sum0 += d0 * d0;
        }
        if (k + 1 < dim) {
            double d1 = (double) a[ao + k + 1] - b[bo + k + 1];
            sum1 += d1 * d1;
        }
        if (k + 2 < dim) {
            double d2 = (double) a[ao + k + 2] - b[bo + k + 2];
            sum2 += d2 * d2;
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /** A class of its own, so that nothing here needs module jdk.incubator.vector where it is not there. */
    static final class Lanes {
        private Lanes() {}

        /** The four partial sums are the lanes of one vector. */
        static double squared(float[] a, int ao, float[] b, int bo, int dim) {
            DoubleVector sum = DoubleVector.zero(DoubleVector.SPECIES_256);
            int k = 0;
            for (; k + 4 <= dim; k += 4) {
                DoubleVector d = doubles(a, ao + k).sub(doubles(b, bo + k));
                sum = sum.add(d.mul(d));
            }
            return rest(a, ao, b, bo, dim, k, sum.lane(0), sum.lane(1), sum.lane(2), sum.lane(3));
        }

        private static DoubleVector doubles(float[] values, int at) {
            return (DoubleVector) FloatVector.fromArray(FloatVector.SPECIES_128, values, at)
                    .convertShape(VectorOperators.F2D, DoubleVector.SPECIES_256, 0);
        }
    }
}
