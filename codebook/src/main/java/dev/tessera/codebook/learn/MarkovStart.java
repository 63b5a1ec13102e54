package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.kernels.Distances;
import java.util.Arrays;

/** AFK-MC2: k-means++ sampling by Markov chains (Bachem et al. 2016, algorithm 1). */
final class MarkovStart {
    private static final int CHAIN = 100;

    private final TrainingSet set;
    private final int dim;
    private final double[] cumulative; // of the proposal distribution
    private float[] centroids; // [found x dim] at the front
    private int found;

    private MarkovStart(TrainingSet set, int k) {
        this.set = set;
        this.dim = set.dim();
        this.cumulative = new double[set.count()];
        this.centroids = new float[Math.multiplyExact(k, dim)];
    }

    /** At most {@code k} centroids, all different. */
    static float[] start(TrainingSet set, int k, SplitMix64 random) {
        MarkovStart start = new MarkovStart(set, k);
        start.takeRow(random.nextInt(set.count()));
        start.propose();
        while (start.found < k) {
            int row = start.chain(random);
            if (start.distortion(row) == 0) {
                row = start.farAway();
                if (row < 0) {
                    break;
                }
            }
            start.takeRow(row);
        }
        return Arrays.copyOf(start.centroids, start.found * set.dim());
    }

    /** q(x) = half the share of the distortion from the first centroid, half the share of the weight. */
    private void propose() {
        double distortions = 0;
        double weights = 0;
        for (int i = 0; i < cumulative.length; i++) {
            distortions += distortion(i);
            weights += set.weight(i);
        }
        double sum = 0;
        for (int i = 0; i < cumulative.length; i++) {
            sum += (distortions > 0 ? distortion(i) / distortions : 0) + set.weight(i) / weights;
            cumulative[i] = sum;
        }
    }

    private int chain(SplitMix64 random) {
        int at = draw(random);
        double atDistortion = distortion(at);
        for (int step = 1; step < CHAIN; step++) {
            int next = draw(random);
            double nextDistortion = distortion(next);
            double u = random.nextDouble();
            if (atDistortion == 0 || u * atDistortion * proposal(next) < nextDistortion * proposal(at)) {
                at = next;
                atDistortion = nextDistortion;
            }
        }
        return at;
    }

    private int draw(SplitMix64 random) {
        double target = random.nextDouble() * cumulative[cumulative.length - 1];
        int low = 0;
        int high = cumulative.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulative[middle] > target) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private double proposal(int row) {
        return cumulative[row] - (row == 0 ? 0 : cumulative[row - 1]);
    }

    private double distortion(int row) {
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < found; j++) {
            least = Math.min(least, Distances.squared(set.x(), row * dim, centroids, j * dim, dim));
        }
        return set.weight(row) * least;
    }

    /** A vector that is no centroid yet, -1 when there is none: a chain may miss the last few. */
    private int farAway() {
        for (int i = 0; i < set.count(); i++) {
            if (distortion(i) > 0) {
                return i;
            }
        }
        return -1;
    }

    private void takeRow(int row) {
        System.arraycopy(set.x(), row * dim, centroids, found * dim, dim);
        found++;
    }
}
