package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;

/**
 * How far the centroids near each centroid went, and how far away the rest is. A centroid that went far then matters to its
 * neighbourhood only.
 */
final class Neighbours {
    private static final int MOST = 16;

    private final double[] drift; // [k], longest way of the near ones, or of all
    private final double[] beyond; // [k], no other centroid but the near ones is nearer

    private Neighbours(double[] drift, double[] beyond) {
        this.drift = drift;
        this.beyond = beyond;
    }

    /**
     * @param kernel of the centroids, {@code [k x dim]}
     * @param drift way of each centroid in the last update
     * @param near whether to look at neighbourhoods at all, O(k^2)
     */
    static Neighbours of(NearestKernel kernel, float[] centroids, int k, int dim, double[] drift, boolean near) {
        double[] longest = new double[k];
        double[] beyond = new double[k];
        Arrays.fill(beyond, Double.POSITIVE_INFINITY);
        if (!near || k <= MOST + 1) {
            Arrays.fill(longest, Arrays.stream(drift).max().orElse(0));
            return new Neighbours(longest, beyond);
        }
        int width = MOST + 1; // a centroid is among its own
        int[] found = new int[k * width];
        float[] scores = new float[k * width];
        float[] norms = new float[k];
        kernel.best(centroids, 0, k, width, found, scores, norms);
        for (int j = 0; j < k; j++) {
            for (int m = j * width; m < (j + 1) * width; m++) {
                if (found[m] != j) {
                    longest[j] = Math.max(longest[j], drift[found[m]]);
                }
            }
            beyond[j] = Math.sqrt(NearestKernel.apart(scores[(j + 1) * width - 1], norms[j], dim));
        }
        return new Neighbours(longest, beyond);
    }

    double drift(int j) {
        return drift[j];
    }

    double beyond(int j) {
        return beyond[j];
    }
}
