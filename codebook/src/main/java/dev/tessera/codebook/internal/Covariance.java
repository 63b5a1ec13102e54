package dev.tessera.codebook.internal;

import dev.tessera.codebook.Latents;

/** Mean and covariance of vectors in double precision; every sum runs in order of the rows, whatever the thread count. */
public final class Covariance {
    private static final int ROWS = 64; // rows converted to double at a time: 64 x 768 doubles stay in L2
    private static final int STRIPE = 16; // covariance rows of one task

    private Covariance() {}

    /** The mean, {@code [dim]}. */
    public static double[] mean(Latents vectors) {
        int d = vectors.dim();
        float[] x = vectors.data();
        double[] mean = new double[d];
        for (int i = 0; i < vectors.count(); i++) {
            for (int k = 0; k < d; k++) {
                mean[k] += x[i * d + k];
            }
        }
        for (int k = 0; k < d; k++) {
            mean[k] /= vectors.count();
            if (!Double.isFinite(mean[k])) {
                throw new IllegalArgumentException("a vector has a value that is not finite in dimension " + k);
            }
        }
        return mean;
    }

    /** The symmetric matrix {@code [dim x dim]} of mean products around {@code mean} (divided by count). */
    public static double[][] of(Latents vectors, double[] mean, int threads) {
        int d = vectors.dim();
        double[][] covariance = new double[d][d];
        int stripes = (d + STRIPE - 1) / STRIPE;
        try (Workers workers = new Workers(Math.min(threads, stripes))) {
            workers.runRows(d, STRIPE, (from, to) -> upperRows(vectors, mean, covariance, from, to));
        }
        for (int i = 0; i < d; i++) {
            for (int j = i; j < d; j++) {
                double value = covariance[i][j] / vectors.count();
                covariance[i][j] = value;
                covariance[j][i] = value;
            }
        }
        return covariance;
    }

    private static void upperRows(Latents vectors, double[] mean, double[][] covariance, int from, int to) {
        int d = vectors.dim();
        float[] x = vectors.data();
        double[][] block = new double[ROWS][d]; // the current rows, centred, columns from..d
        for (int first = 0; first < vectors.count(); first += ROWS) {
            int rows = Math.min(ROWS, vectors.count() - first);
            for (int r = 0; r < rows; r++) {
                double[] row = block[r];
                for (int j = from; j < d; j++) {
                    row[j] = x[(first + r) * d + j] - mean[j];
                }
            }
            for (int i = from; i < to; i++) {
                addProducts(block, rows, i, covariance[i]);
            }
        }
    }

    /**
     * {@code sums[j] += block[r][i] * block[r][j]} for j >= i, in order of r. All arrays are indexed by j alone: with an
     * offset C2 of JDK 25 must assume that they overlap and does not vectorize.
     */
    private static void addProducts(double[][] block, int rows, int i, double[] sums) {
        int r = 0;
        for (; r + 4 <= rows; r += 4) {
            addFour(block[r], block[r + 1], block[r + 2], block[r + 3], i, sums);
        }
        for (; r < rows; r++) {
            double[] row = block[r];
            double a = row[i];
            for (int j = i; j < sums.length; j++) {
                sums[j] += a * row[j];
            }
        }
    }

    private static void addFour(double[] row0, double[] row1, double[] row2, double[] row3, int i, double[] sums) {
        double a0 = row0[i];
        double a1 = row1[i];
        double a2 = row2[i];
        double a3 = row3[i];
        for (int j = i; j < sums.length; j++) {
            double sum = sums[j];
            sum = sum + a0 * row0[j];
            sum = sum + a1 * row1[j];
            sum = sum + a2 * row2[j];
            sum = sum + a3 * row3[j];
            sums[j] = sum;
        }
    }
}
