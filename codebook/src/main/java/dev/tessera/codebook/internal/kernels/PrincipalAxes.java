package dev.tessera.codebook.internal.kernels;

/**
 * Orthonormal directions in which vectors vary most, roughly: orthogonal iteration on the covariance of a sample. Pruning is exact
 * with any orthonormal directions, good ones make it fast, so a few rounds are enough.
 */
public final class PrincipalAxes {
    private static final int MOST_VECTORS = 2048;
    private static final int ROUNDS = 8;

    private PrincipalAxes() {}

    /**
     * The axes of vectors with mean zero.
     *
     * @param x {@code [count x dim]}
     * @param axes number of directions, at most dim
     * @return {@code [axes x dim]}, the widest first
     */
    public static float[] of(float[] x, int count, int dim, int axes) {
        double[][] covariance = covariance(x, count, dim);
        double[][] v = new double[axes][dim];
        for (int a = 0; a < axes; a++) {
            for (int k = 0; k < dim; k++) {
                // cosines are no multiples of each other; the covariance turns them to where the vectors vary
                v[a][k] = StrictMath.cos(Math.PI * (k + 0.5) * a / dim);
            }
        }
        orthonormalize(v);
        for (int round = 0; round < ROUNDS; round++) {
            double[][] next = new double[axes][dim];
            for (int a = 0; a < axes; a++) {
                for (int i = 0; i < dim; i++) {
                    double[] row = covariance[i];
                    double w = v[a][i];
                    for (int k = 0; k < dim; k++) {
                        next[a][k] += w * row[k];
                    }
                }
            }
            v = next;
            orthonormalize(v);
        }
        float[] result = new float[axes * dim];
        for (int a = 0; a < axes; a++) {
            for (int k = 0; k < dim; k++) {
                result[a * dim + k] = (float) v[a][k];
            }
        }
        return result;
    }

    private static double[][] covariance(float[] x, int count, int dim) {
        double[][] sum = new double[dim][dim];
        int vectors = Math.min(count, MOST_VECTORS);
        for (int n = 0; n < vectors; n++) {
            int at = (int) ((long) n * count / vectors) * dim;
            for (int i = 0; i < dim; i++) {
                double xi = x[at + i];
                double[] row = sum[i];
                for (int k = 0; k < dim; k++) {
                    row[k] += xi * x[at + k];
                }
            }
        }
        return sum;
    }

    /** Gram-Schmidt, twice against rounding; a direction that vanishes becomes the unit vector that is left over most. */
    private static void orthonormalize(double[][] v) {
        for (int a = 0; a < v.length; a++) {
            double before = length(v[a]);
            removeEarlier(v, a);
            removeEarlier(v, a);
            for (int axis = 0; !(length(v[a]) > 1e-9 * before) && axis < v[a].length; axis++) {
                v[a] = new double[v[a].length];
                v[a][axis] = 1;
                before = 1e6; // so that 1e-3 of it must be left
                removeEarlier(v, a);
                removeEarlier(v, a);
            }
            double length = length(v[a]);
            for (int k = 0; k < v[a].length; k++) {
                v[a][k] /= length;
            }
        }
    }

    private static void removeEarlier(double[][] v, int a) {
        for (int b = 0; b < a; b++) {
            double dot = 0;
            for (int k = 0; k < v[a].length; k++) {
                dot += v[a][k] * v[b][k];
            }
            for (int k = 0; k < v[a].length; k++) {
                v[a][k] -= dot * v[b][k];
            }
        }
    }

    private static double length(double[] v) {
        double sum = 0;
        for (double value : v) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
