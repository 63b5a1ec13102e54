package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.Distances;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lloyd's iterations from given centroids. Vectors are split over threads for the assignment, clusters for the means; a
 * cluster's sum runs over its members in order of row, so the thread count cannot show.
 */
final class Lloyd {
    private static final int ROWS = 2048;
    private static final int CLUSTERS = 16;

    private final TrainingSet set;
    private final boolean zeroFirst;
    private final Workers workers;
    private final int dim;
    private final int k;
    private final float[] centroids; // [k x dim]
    private int[] indices; // cluster of each vector
    private int[] previous;
    private final Clusters clusters;
    private final double[] clusterDistortion; // weighted, of the last assignment
    private final double[] clusterWeight;

    /**
     * @param start {@code [k x dim]}, becomes this object's
     * @param zeroFirst whether centroid 0 stays where it is
     */
    Lloyd(TrainingSet set, float[] start, boolean zeroFirst, Workers workers) {
        this.set = set;
        this.zeroFirst = zeroFirst;
        this.workers = workers;
        this.dim = set.dim();
        this.k = start.length / dim;
        this.centroids = start;
        this.indices = new int[set.count()];
        this.previous = new int[set.count()];
        this.clusters = new Clusters(k, set.count());
        this.clusterDistortion = new double[k];
        this.clusterWeight = new double[k];
    }

    KMeansResult run(int iterations) {
        List<Double> distortions = new ArrayList<>();
        int repairs = 0;
        boolean converged = false;
        assign();
        distortions.add(measure());
        for (int it = 0; it < iterations && !converged; it++) {
            int repaired = update();
            int[] swap = previous;
            previous = indices;
            indices = swap;
            assign();
            distortions.add(measure());
            repairs += repaired;
            converged = repaired == 0 && Arrays.equals(indices, previous);
        }
        return new KMeansResult(Codebook.of(k, dim, centroids), distortions, converged, repairs, set.count());
    }

    private void assign() {
        NearestKernel kernel = NearestKernel.of(centroids, k, dim).suitedTo(set.x(), 0, set.count());
        workers.runRows(set.count(), ROWS, (from, to) -> kernel.assign(set.x(), from * dim, to - from, indices, from));
        clusters.group(indices);
    }

    /** Distortion and weight of each cluster; returns the mean over all vectors. */
    private double measure() {
        workers.runRows(k, CLUSTERS, (from, to) -> {
            for (int j = from; j < to; j++) {
                double distortion = 0;
                double weight = 0;
                for (int m = clusters.begin(j); m < clusters.end(j); m++) {
                    int i = clusters.member(m);
                    double w = set.weight(i);
                    distortion += w * Distances.squared(set.x(), i * dim, centroids, j * dim, dim);
                    weight += w;
                }
                clusterDistortion[j] = distortion;
                clusterWeight[j] = weight;
            }
        });
        double distortion = 0;
        double weight = 0;
        for (int j = 0; j < k; j++) {
            distortion += clusterDistortion[j];
            weight += clusterWeight[j];
        }
        return distortion / weight;
    }

    /** Moves every centroid to the mean of its cluster and fills empty clusters; returns how many were filled. */
    private int update() {
        workers.runRows(k, CLUSTERS, (from, to) -> {
            double[] sum = new double[dim];
            for (int j = from; j < to; j++) {
                if (clusterWeight[j] > 0 && !isFixed(j)) {
                    moveToMean(j, sum);
                }
            }
        });
        ClusterSplit split = new ClusterSplit(set, clusters, clusterDistortion);
        int repaired = 0;
        for (int j = 0; j < k; j++) {
            if (clusterWeight[j] > 0 || isFixed(j)) {
                continue;
            }
            if (!split.splitWorst(centroids, j, zeroFirst)) {
                break;
            }
            repaired++;
        }
        return repaired;
    }

    private boolean isFixed(int j) {
        return zeroFirst && j == 0;
    }

    private void moveToMean(int j, double[] sum) {
        Arrays.fill(sum, 0);
        float[] x = set.x();
        for (int m = clusters.begin(j); m < clusters.end(j); m++) {
            int i = clusters.member(m);
            double w = set.weight(i);
            int from = i * dim;
            for (int t = 0; t < dim; t++) {
                sum[t] += w * x[from + t];
            }
        }
        for (int t = 0; t < dim; t++) {
            centroids[j * dim + t] = (float) (sum[t] / clusterWeight[j]);
        }
    }
}
