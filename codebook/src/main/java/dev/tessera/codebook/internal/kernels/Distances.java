package dev.tessera.codebook.internal.kernels;

/** Squared Euclidean distance in its direct form, sum of (x - c)^2: no cancellation, unlike |x|^2 - 2 x.c + |c|^2. */
public final class Distances {
    private Distances() {}

    /**
     * Squared distance of {@code a[ao .. ao + dim)} and {@code b[bo .. bo + dim)}, in double precision. Dimension k is
     * added to partial sum k mod 4, and the sums are joined as (0 + 1) + (2 + 3).
     */
    public static double squared(float[] a, int ao, float[] b, int bo, int dim) {
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
}
