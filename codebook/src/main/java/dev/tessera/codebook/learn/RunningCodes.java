package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * Code vectors that follow batches: each has a running size and a running sum of its vectors. Clusters are split over
 * threads and summed in order of row, so the thread count cannot show.
 */
final class RunningCodes {
    private static final int CLUSTERS = 64;

    private final int dim;
    private final float[] codes; // [k x dim]
    private final double[] sizes; // [k]
    private final double[] sums; // [k x dim]

    /** All sizes are 0: the first vectors of a code vector replace it. */
    RunningCodes(Codebook start) {
        this.dim = start.codeDim();
        this.codes = start.toArray();
        this.sizes = new double[start.codebookSize()];
        this.sums = new double[codes.length];
    }

    int codebookSize() {
        return sizes.length;
    }

    int dim() {
        return dim;
    }

    /** {@code [k x dim]}; not a copy. */
    float[] codes() {
        return codes;
    }

    double size(int j) {
        return sizes[j];
    }

    double totalSize() {
        return ClusterMeans.sum(sizes);
    }

    double[] sizes() {
        return sizes.clone();
    }

    Codebook codebook() {
        return Codebook.of(sizes.length, dim, codes);
    }

    /** {@code size = keep x size + take x members}, and sums alike. */
    void add(AssignedBatch batch, double keep, double take, Workers workers) {
        float[] x = batch.set().x();
        Clusters clusters = batch.clusters();
        workers.runRows(sizes.length, CLUSTERS, (from, to) -> {
            double[] sum = new double[dim];
            for (int j = from; j < to; j++) {
                Arrays.fill(sum, 0);
                for (int m = clusters.begin(j); m < clusters.end(j); m++) {
                    int row = clusters.member(m) * dim;
                    for (int t = 0; t < dim; t++) {
                        sum[t] += x[row + t];
                    }
                }
                sizes[j] = keep * sizes[j] + take * batch.members(j);
                for (int t = 0; t < dim; t++) {
                    sums[j * dim + t] = keep * sums[j * dim + t] + take * sum[t];
                }
            }
        });
    }

    /**
     * Sets every code vector to sum / smoothed size, where (size + epsilon) / (N + K epsilon) x N smooths (Laplace),
     * and N is the sum of sizes. A code vector of size 0 stays where it is.
     */
    void moveToMeans(double epsilon) {
        double total = totalSize();
        double scale = total / (total + sizes.length * epsilon);
        for (int j = 0; j < sizes.length; j++) {
            if (sizes[j] > 0) {
                double smoothed = (sizes[j] + epsilon) * scale;
                for (int t = 0; t < dim; t++) {
                    codes[j * dim + t] = (float) (sums[j * dim + t] / smoothed);
                }
            }
        }
    }

    /**
     * Puts code vector {@code j} on {@code vector[from .. from + dim)}, with that size and the sum that goes with it.
     */
    void place(int j, float[] vector, int from, double size) {
        sizes[j] = size;
        for (int t = 0; t < dim; t++) {
            codes[j * dim + t] = vector[from + t];
            sums[j * dim + t] = size * vector[from + t];
        }
    }

    /** Multiplies all sizes and sums. */
    void scale(double factor) {
        for (int j = 0; j < sizes.length; j++) {
            sizes[j] *= factor;
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] *= factor;
        }
    }
}
