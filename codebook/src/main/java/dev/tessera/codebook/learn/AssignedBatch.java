package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.Distances;
import dev.tessera.codebook.internal.kernels.NearestKernel;

/**
 * Vectors of a batch with their nearest code vectors.
 *
 * @param set the vectors
 * @param clusters their rows by code vector
 * @param distances {@code [count]}, squared, from the nearest code vector
 */
record AssignedBatch(TrainingSet set, Clusters clusters, double[] distances) {
    private static final int ROWS = 512;

    static AssignedBatch of(Latents vectors, float[] codes, Workers workers) {
        int d = vectors.dim();
        int k = codes.length / d;
        float[] x = vectors.data();
        int[] indices = new int[vectors.count()];
        double[] distances = new double[vectors.count()];
        NearestKernel kernel = NearestKernel.of(codes, k, d);
        workers.runRows(vectors.count(), ROWS, (from, to) -> {
            kernel.assign(x, from * d, to - from, indices, from);
            for (int i = from; i < to; i++) {
                distances[i] = Distances.squared(x, i * d, codes, indices[i] * d, d);
            }
        });
        Clusters clusters = new Clusters(k, vectors.count());
        clusters.group(indices);
        return new AssignedBatch(new TrainingSet(d, vectors.count(), x, null), clusters, distances);
    }

    int count() {
        return set.count();
    }

    /** Number of vectors nearest to code vector {@code j}. */
    int members(int j) {
        return clusters.end(j) - clusters.begin(j);
    }

    /** Mean squared distance. */
    double distortion() {
        return ClusterMeans.sum(distances) / distances.length;
    }
}
