package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.kernels.Distances;

/**
 * Finds a place for the centroids of empty clusters: the cluster with the largest distortion is cut by the plane through
 * its centroid, square to the direction of its farthest member. Each cluster is cut at most once per update, because its
 * members are not assigned anew in between.
 */
final class ClusterSplit {
    private final TrainingSet set;
    private final Clusters clusters;
    private final double[] distortion; // what is left to cut; -1 once cut

    ClusterSplit(TrainingSet set, Clusters clusters, double[] distortion) {
        this.set = set;
        this.clusters = clusters;
        this.distortion = distortion.clone();
    }

    /**
     * Gives {@code empty} half of the worst cluster.
     *
     * @param zeroFirst whether centroid 0 must not move; its far half may still be taken
     * @return false when no cluster is left that has two different members
     */
    boolean splitWorst(float[] centroids, int empty, boolean zeroFirst) {
        while (true) {
            int worst = worst();
            if (worst < 0) {
                return false;
            }
            distortion[worst] = -1;
            int farthest = farthestMember(centroids, worst);
            if (farthest >= 0) {
                cut(centroids, worst, farthest, empty, zeroFirst && worst == 0);
                return true;
            }
        }
    }

    private int worst() {
        int worst = -1;
        double most = 0;
        for (int j = 0; j < distortion.length; j++) {
            if (distortion[j] > most) {
                most = distortion[j];
                worst = j;
            }
        }
        return worst;
    }

    /** The row farthest from the centroid of cluster {@code j}, -1 when all its members stand on the centroid. */
    private int farthestMember(float[] centroids, int j) {
        int d = set.dim();
        int farthest = -1;
        double most = 0;
        for (int m = clusters.begin(j); m < clusters.end(j); m++) {
            int i = clusters.member(m);
            double distance = set.weight(i) > 0 ? Distances.squared(set.x(), i * d, centroids, j * d, d) : 0;
            if (distance > most) {
                most = distance;
                farthest = i;
            }
        }
        return farthest;
    }

    private void cut(float[] centroids, int j, int farthest, int empty, boolean stays) {
        int d = set.dim();
        float[] x = set.x();
        double[] direction = new double[d];
        for (int t = 0; t < d; t++) {
            direction[t] = (double) x[farthest * d + t] - centroids[j * d + t];
        }
        double[] far = new double[d];
        double[] near = new double[d];
        double farWeight = 0;
        double nearWeight = 0;
        for (int m = clusters.begin(j); m < clusters.end(j); m++) {
            int i = clusters.member(m);
            double w = set.weight(i);
            double side = 0;
            for (int t = 0; t < d; t++) {
                side += direction[t] * ((double) x[i * d + t] - centroids[j * d + t]);
            }
            double[] sum = side > 0 ? far : near;
            for (int t = 0; t < d; t++) {
                sum[t] += w * x[i * d + t];
            }
            if (side > 0) {
                farWeight += w;
            } else {
                nearWeight += w;
            }
        }
        store(far, farWeight, centroids, empty);
        if (nearWeight > 0 && !stays) {
            store(near, nearWeight, centroids, j);
        }
    }

    private static void store(double[] sum, double weight, float[] centroids, int j) {
        for (int t = 0; t < sum.length; t++) {
            centroids[j * sum.length + t] = (float) (sum[t] / weight);
        }
    }
}
