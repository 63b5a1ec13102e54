package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.Distances;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.Arrays;

/** Scalable k-means++, "k-means||" (Bahmani et al. 2012, algorithm 2). */
final class ParallelStart {
    private static final int ROUNDS = 5;
    // expected draws of a round, in code vectors; the paper has 0.1 to 10. Measured: with 2 a start takes four times as
    // long, and the
    // codebooks are no better
    private static final double OVERSAMPLING = 0.5;
    private static final int ROWS = 2048;

    private final TrainingSet set;
    private final Workers workers;
    private final int dim;
    private final double[] nearest; // squared distance of each vector from the candidates so far, times its weight
    private final int[] owner; // the candidate
    private float[] candidates = new float[0]; // [count x dim]

    private ParallelStart(TrainingSet set, Workers workers) {
        this.set = set;
        this.workers = workers;
        this.dim = set.dim();
        this.nearest = new double[set.count()];
        this.owner = new int[set.count()];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    }

    /** At most {@code k} centroids, all different; see {@link KMeansPlusPlus#start}. */
    static float[] start(TrainingSet set, int k, boolean zeroFirst, SplitMix64 random, Workers workers) {
        ParallelStart start = new ParallelStart(set, workers);
        start.take(new int[] {random.nextInt(set.count())});
        for (int round = 0; round < ROUNDS; round++) {
            start.take(start.draw(OVERSAMPLING * k, random));
        }
        TrainingSet weighted = new TrainingSet(
                set.dim(), start.candidates.length / set.dim(), start.candidates, start.candidateWeights());
        float[] centroids = KMeansPlusPlus.start(weighted, k, zeroFirst, random, workers);
        return centroids.length == k * set.dim()
                ? centroids
                : KMeansPlusPlus.start(set, k, zeroFirst, random, workers); // too few drawn: few distinct vectors
    }

    private int[] draw(double expected, SplitMix64 random) {
        double sum = 0;
        for (double distortion : nearest) {
            sum += distortion;
        }
        int[] drawn = new int[set.count()];
        int count = 0;
        for (int i = 0; i < nearest.length; i++) {
            if (random.nextDouble() * sum < expected * nearest[i]) {
                drawn[count++] = i;
            }
        }
        return Arrays.copyOf(drawn, count);
    }

    private void take(int[] rows) {
        if (rows.length == 0) {
            return;
        }
        int before = candidates.length / dim;
        float[] added = new float[rows.length * dim];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(set.x(), rows[i] * dim, added, i * dim, dim);
        }
        candidates = Arrays.copyOf(candidates, Math.addExact(candidates.length, added.length));
        System.arraycopy(added, 0, candidates, before * dim, added.length);
        NearestKernel kernel = NearestKernel.of(added, rows.length, dim).suitedTo(set.x(), 0, set.count());
        int[] found = new int[set.count()];
        workers.runRows(set.count(), ROWS, (from, to) -> {
            kernel.assign(set.x(), from * dim, to - from, found, from);
            for (int i = from; i < to; i++) {
                double distance = set.weight(i) * Distances.squared(set.x(), i * dim, added, found[i] * dim, dim);
                if (distance < nearest[i]) {
                    nearest[i] = distance;
                    owner[i] = before + found[i];
                }
            }
        });
    }

    /** The weight of the vectors nearest to each candidate. */
    private float[] candidateWeights() {
        double[] sums = new double[candidates.length / dim];
        for (int i = 0; i < owner.length; i++) {
            sums[owner[i]] += set.weight(i);
        }
        float[] weights = new float[sums.length];
        for (int j = 0; j < sums.length; j++) {
            weights[j] = (float) sums[j];
        }
        return weights;
    }
}
