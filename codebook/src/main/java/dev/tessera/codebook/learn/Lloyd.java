package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.Distances;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lloyd's iterations from given centroids. Vectors are split over threads for the assignment, clusters for the means; a
 * cluster's sum runs over its members in order of row, so the thread count cannot show.
 *
 * <p>A vector whose own centroid is nearer than any other can be by now is not searched for again (Hamerly 2010: its distance from all
 * others shrinks by no more than the longest way that one of them went; here, one of those near its own). The result is that of the
 * full search.
 */
final class Lloyd {
    private static final int ROWS = 2048;
    private static final int CLUSTERS = 16;
    private static final int PROBE = 16; // one range of rows in so many
    private static final int WORTH_DIM = 16; // in fewer dimensions a search costs little more than a limit
    private static final int WORTH_NEIGHBOURS = 16; // vectors a centroid
    private static final double WORTH_LIMITS = 0.25; // rows settled; limits make the search 10 to 30 % slower

    private final TrainingSet set;
    private final boolean zeroFirst;
    private final Workers workers;
    private final int dim;
    private final int k;
    private final float[] centroids; // [k x dim]
    private final int[] indices; // cluster of each vector
    private final double[] distance; // squared, of each vector from its centroid
    private final double[] others; // distance that no other centroid is nearer than
    private final boolean[] settled; // vectors that need no search
    private final double margin; // in which rounding may decide, relative to squared lengths
    private final double[] drift; // [k], way that each centroid went in the last update
    private final boolean[] changed; // clusters with other members or another centroid than their mean
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
        this.distance = new double[set.count()];
        this.others = new double[set.count()];
        this.settled = new boolean[set.count()];
        this.margin = 0x1p-18 * (4 + Math.sqrt(dim)); // scores differ by rounding in 2^-24 (4 + sqrt(dim))
        this.drift = new double[k];
        this.changed = new boolean[k];
        this.clusters = new Clusters(k, set.count());
        this.clusterDistortion = new double[k];
        this.clusterWeight = new double[k];
    }

    KMeansResult run(int iterations) {
        List<Double> distortions = new ArrayList<>();
        int repairs = 0;
        boolean converged = false;
        Arrays.fill(changed, true);
        assign();
        distortions.add(measure());
        for (int it = 0; it < iterations && !converged; it++) {
            int repaired = update();
            boolean moved = assign();
            distortions.add(measure());
            repairs += repaired;
            converged = repaired == 0 && !moved;
        }
        return new KMeansResult(Codebook.of(k, dim, centroids), distortions, converged, repairs, set.count());
    }

    /** Whether any vector went to another cluster. */
    private boolean assign() {
        NearestKernel full = NearestKernel.of(centroids, k, dim);
        NearestKernel kernel = full.suitedTo(set.x(), 0, set.count());
        boolean limits = kernel == full && dim >= WORTH_DIM;
        boolean all = limits && settle(full);
        AtomicInteger moved = new AtomicInteger();
        workers.runRows(
                set.count(),
                ROWS,
                (from, to) -> moved.addAndGet(
                        limits ? searchUnsettled(kernel, from, to, all || isProbe(from)) : search(kernel, from, to)));
        clusters.group(indices);
        return moved.get() > 0;
    }

    /** Searches for the centroids of all rows of a range and returns how many have another one now. */
    private int search(NearestKernel kernel, int from, int to) {
        int[] found = new int[to - from];
        kernel.assign(set.x(), from * dim, to - from, found, 0);
        int moved = 0;
        for (int i = from; i < to; i++) {
            moved += take(i, found[i - from]) ? 1 : 0;
            distance[i] = Distances.squared(set.x(), i * dim, centroids, indices[i] * dim, dim);
        }
        return moved;
    }

    /** The same for those rows that are not settled, with limits for the next time if asked for. */
    private int searchUnsettled(NearestKernel kernel, int from, int to, boolean limits) {
        int[] rows = new int[to - from];
        float[] x = new float[(to - from) * dim];
        int count = 0;
        for (int i = from; i < to; i++) {
            if (!settled[i]) {
                System.arraycopy(set.x(), i * dim, x, count * dim, dim);
                rows[count++] = i;
            }
        }
        int[] found = new int[count];
        float[] apart = new float[count];
        if (limits) {
            kernel.assignApart(x, 0, count, found, 0, apart);
        } else {
            kernel.assign(x, 0, count, found, 0);
        }
        int moved = 0;
        for (int r = 0; r < count; r++) {
            int i = rows[r];
            others[i] = Math.sqrt(apart[r]);
            if (take(i, found[r])) {
                distance[i] = Distances.squared(set.x(), i * dim, centroids, found[r] * dim, dim);
                moved++;
            }
        }
        return moved;
    }

    /** Puts a row into a cluster; false when it is there already. */
    private boolean take(int i, int cluster) {
        if (cluster == indices[i]) {
            return false;
        }
        changed[indices[i]] = true; // threads write the same value
        changed[cluster] = true;
        indices[i] = cluster;
        return true;
    }

    /**
     * Finds the vectors whose centroid is sure to be the nearest one still; says whether the limits that this takes pay, by the rows
     * that always have them.
     */
    private boolean settle(NearestKernel kernel) {
        Neighbours neighbours =
                Neighbours.of(kernel, centroids, k, dim, drift, set.count() >= WORTH_NEIGHBOURS * (long) k);
        double longest = Arrays.stream(drift).max().orElse(0);
        double[] lengths = lengths();
        AtomicInteger probes = new AtomicInteger();
        AtomicInteger settledProbes = new AtomicInteger();
        workers.runRows(set.count(), ROWS, (from, to) -> {
            int sure = 0;
            for (int i = from; i < to; i++) {
                int j = indices[i];
                distance[i] = Distances.squared(set.x(), i * dim, centroids, j * dim, dim);
                double own = Math.sqrt(distance[i]);
                double near = Math.min(others[i] - neighbours.drift(j), neighbours.beyond(j) - own);
                others[i] = Math.max(near, others[i] - longest);
                double length = own + lengths[j]; // at least that of the vector from the mean
                settled[i] = others[i] > 0 && others[i] * others[i] - distance[i] > margin * length * length;
                sure += settled[i] ? 1 : 0;
            }
            if (isProbe(from)) {
                probes.addAndGet(to - from);
                settledProbes.addAndGet(sure);
            }
        });
        return settledProbes.get() > WORTH_LIMITS * probes.get();
    }

    private static boolean isProbe(int from) {
        return from / ROWS % PROBE == 0;
    }

    /** Distance of each centroid from the mean of all. */
    private double[] lengths() {
        double[] sum = new double[dim];
        for (int j = 0; j < k; j++) {
            for (int t = 0; t < dim; t++) {
                sum[t] += centroids[j * dim + t];
            }
        }
        float[] mean = new float[dim];
        for (int t = 0; t < dim; t++) {
            mean[t] = (float) (sum[t] / k);
        }
        double[] lengths = new double[k];
        for (int j = 0; j < k; j++) {
            lengths[j] = Math.sqrt(Distances.squared(centroids, j * dim, mean, 0, dim));
        }
        return lengths;
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
                    distortion += w * distance[i];
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
        float[] before = centroids.clone();
        workers.runRows(k, CLUSTERS, (from, to) -> {
            double[] sum = new double[dim];
            for (int j = from; j < to; j++) {
                if (changed[j] && clusterWeight[j] > 0 && !isFixed(j)) {
                    moveToMean(j, sum);
                }
            }
        });
        Arrays.fill(changed, false);
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
        if (repaired > 0) {
            Arrays.fill(changed, true); // a cluster that was cut has a centroid that is not its mean
        }
        for (int j = 0; j < k; j++) {
            drift[j] = Math.sqrt(Distances.squared(before, j * dim, centroids, j * dim, dim));
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
