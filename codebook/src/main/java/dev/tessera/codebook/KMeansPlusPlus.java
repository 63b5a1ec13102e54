package dev.tessera.codebook;

import dev.tessera.codebook.internal.kernels.Distances;
import java.util.Arrays;

/**
 * The k-means++ start (Arthur and Vassilvitskii 2007): each next centroid is a training vector, drawn with probability
 * proportional to weight times squared distance from the centroids so far.
 */
final class KMeansPlusPlus {
    private static final int POINTS_PER_CODE = 32;
    private static final int BLOCK = 1024; // rows whose distances are summed together; part of the result's definition

    private final TrainingSet set;
    private final Workers workers;
    private final double[] nearest; // weight x squared distance from the nearest centroid so far
    private final double[] blockSums;

    private KMeansPlusPlus(TrainingSet set, Workers workers) {
        this.set = set;
        this.workers = workers;
        this.nearest = new double[set.count()];
        this.blockSums = new double[(set.count() + BLOCK - 1) / BLOCK];
    }

    /**
     * At most {@code k} centroids, all different; fewer when there are fewer distinct vectors (of positive weight).
     *
     * @param zeroFirst whether the first centroid is the zero vector
     * @return {@code [found x dim]}
     */
    static float[] start(TrainingSet set, int k, boolean zeroFirst, SplitMix64 random, Workers workers) {
        TrainingSet sample = set.sample((long) k * POINTS_PER_CODE, random);
        float[] centroids = new KMeansPlusPlus(sample, workers).draw(k, zeroFirst, random);
        if (centroids.length < k * set.dim() && sample.count() < set.count()) {
            centroids = new KMeansPlusPlus(set, workers).draw(k, zeroFirst, random);
        }
        return centroids;
    }

    private float[] draw(int k, boolean zeroFirst, SplitMix64 random) {
        int d = set.dim();
        float[] centroids = new float[Math.multiplyExact(k, d)];
        int found = 0;
        if (zeroFirst) {
            update(centroids, 0, true);
            found = 1;
        } else {
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = set.weight(i);
            }
            sumBlocks();
        }
        while (found < k) {
            int pick = pick(random);
            if (pick < 0) {
                break;
            }
            System.arraycopy(set.x(), pick * d, centroids, found * d, d);
            update(centroids, found * d, found == 0);
            found++;
        }
        return Arrays.copyOf(centroids, found * d);
    }

    /** Lowers the distances by the centroid at {@code from}. */
    private void update(float[] centroids, int from, boolean first) {
        int d = set.dim();
        IntRows rows = block -> {
            int end = Math.min((block + 1) * BLOCK, set.count());
            double sum = 0;
            for (int i = block * BLOCK; i < end; i++) {
                double distance = set.weight(i) * Distances.squared(set.x(), i * d, centroids, from, d);
                nearest[i] = first ? distance : Math.min(nearest[i], distance);
                sum += nearest[i];
            }
            blockSums[block] = sum;
        };
        if (set.count() * (long) d < 1 << 15) { // too little work to wake another thread
            for (int block = 0; block < blockSums.length; block++) {
                rows.accept(block);
            }
        } else {
            workers.run(blockSums.length, rows::accept);
        }
    }

    @FunctionalInterface
    private interface IntRows {
        void accept(int block);
    }

    private void sumBlocks() {
        for (int i = 0; i < nearest.length; i++) {
            blockSums[i / BLOCK] += nearest[i];
        }
    }

    /** A row drawn in proportion to {@link #nearest}, -1 when all of it is zero. */
    private int pick(SplitMix64 random) {
        double total = 0;
        for (double sum : blockSums) {
            total += sum;
        }
        if (!(total > 0)) {
            return -1;
        }
        double target = random.nextDouble() * total;
        int block = 0;
        while (block < blockSums.length - 1 && target >= blockSums[block]) {
            target -= blockSums[block];
            block++;
        }
        int last = -1; // rounding may carry the target past the end: then the last row that could have been drawn
        for (int i = block * BLOCK; i < Math.min((block + 1) * BLOCK, set.count()); i++) {
            if (nearest[i] > 0) {
                last = i;
                if (target < nearest[i]) {
                    return i;
                }
                target -= nearest[i];
            }
        }
        return last >= 0 ? last : firstPositive();
    }

    private int firstPositive() {
        for (int i = 0; i < nearest.length; i++) {
            if (nearest[i] > 0) {
                return i;
            }
        }
        return -1;
    }
}
