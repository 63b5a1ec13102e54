package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.Distances;
import java.util.Arrays;

/**
 * Distortions and means of clusters of equally weighted vectors. Clusters are split over threads, and a cluster's sum
 * runs over its members in order of row, so the thread count cannot show.
 */
final class ClusterMeans {
    private static final int CLUSTERS = 16;

    private final TrainingSet set;
    private final Clusters clusters;
    private final Workers workers;

    ClusterMeans(TrainingSet set, Clusters clusters, Workers workers) {
        this.set = set;
        this.clusters = clusters;
        this.workers = workers;
    }

    /** Sum of squared distances of the members of each cluster from its centroid. */
    double[] distortions(float[] centroids) {
        int d = set.dim();
        double[] distortions = new double[centroids.length / d];
        workers.runRows(distortions.length, CLUSTERS, (from, to) -> {
            for (int j = from; j < to; j++) {
                double sum = 0;
                for (int m = clusters.begin(j); m < clusters.end(j); m++) {
                    sum += Distances.squared(set.x(), clusters.member(m) * d, centroids, j * d, d);
                }
                distortions[j] = sum;
            }
        });
        return distortions;
    }

    /** Moves every centroid that has members to their mean; the others stay. */
    void moveTo(float[] centroids) {
        int d = set.dim();
        float[] x = set.x();
        workers.runRows(centroids.length / d, CLUSTERS, (from, to) -> {
            double[] sum = new double[d];
            for (int j = from; j < to; j++) {
                int members = clusters.end(j) - clusters.begin(j);
                if (members == 0) {
                    continue;
                }
                Arrays.fill(sum, 0);
                for (int m = clusters.begin(j); m < clusters.end(j); m++) {
                    int row = clusters.member(m) * d;
                    for (int t = 0; t < d; t++) {
                        sum[t] += x[row + t];
                    }
                }
                for (int t = 0; t < d; t++) {
                    centroids[j * d + t] = (float) (sum[t] / members);
                }
            }
        });
    }

    /** Gives every centroid without members a part of the worst cluster, as long as there is one that can be cut. */
    void fillEmpty(float[] centroids, double[] distortions) {
        ClusterSplit split = new ClusterSplit(set, clusters, distortions);
        for (int j = 0; j < distortions.length; j++) {
            if (clusters.begin(j) == clusters.end(j) && !split.splitWorst(centroids, j, false)) {
                return;
            }
        }
    }

    static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
