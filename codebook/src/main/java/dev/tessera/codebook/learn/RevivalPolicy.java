package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.Checks;

/**
 * What a learner that sees its vectors in batches does with dead code vectors, those that hardly any vector chooses.
 * Used after each update by {@link EmaCodebook} and {@link MiniBatchKMeans}.
 *
 * <p>Both keep a running size (how many vectors a code vector stands on) and a running sum of those vectors; a code
 * vector is sum / size. A revived one gets a new size and sum as well, so the next update does not pull it back. In
 * {@link EmaCodebook} sizes are moving averages of the counts per batch, in {@link MiniBatchKMeans} they are counts
 * since the start.
 */
public sealed interface RevivalPolicy {
    /** Dead code vectors stay dead. */
    static RevivalPolicy none() {
        return new None();
    }

    /** Random vectors of the batch for sizes below {@code threshold}, see {@link RandomVector}. */
    static RevivalPolicy randomVector(double threshold) {
        return new RandomVector(threshold);
    }

    /** The constants of Mimi: below 0.1 N/K, every 5 updates, new size N/K; see {@link RelativeUsage}. */
    static RevivalPolicy relativeUsage() {
        return new RelativeUsage(0.1, 5, 1);
    }

    /** The worst quantized vectors of the batch for sizes below {@code threshold}, see {@link FarthestVector}. */
    static RevivalPolicy farthestVector(double threshold) {
        return new FarthestVector(threshold);
    }

    /** Parts of the worst clusters of the batch for sizes below {@code threshold}, see {@link SplitWorst}. */
    static RevivalPolicy splitWorst(double threshold) {
        return new SplitWorst(threshold);
    }

    /** See {@link DistanceWeighted}. */
    static RevivalPolicy distanceWeighted(double ratio) {
        return new DistanceWeighted(ratio);
    }

    /** The constants of CVQ: decay 0.99, sharpness 10, margin 1e-3; see {@link SoftPull}. */
    static RevivalPolicy softPull() {
        return new SoftPull(0.99);
    }

    /** Dead code vectors stay dead. */
    record None() implements RevivalPolicy {}

    /**
     * A code vector with size below {@code threshold} becomes a random vector of the batch, each taken at most once;
     * its new size is {@code threshold} (Zeghidour et al. 2021, section III.C, with the sums of
     * lucidrains/vector-quantize-pytorch).
     *
     * @param threshold positive; 2 is common
     */
    record RandomVector(double threshold) implements RevivalPolicy {
        public RandomVector {
            requirePositive(threshold, "threshold");
        }
    }

    /**
     * Every {@code interval} updates a code vector whose size is below {@code share} x N/K, N the sum of all sizes,
     * becomes a random vector of the batch; its new size is {@code refill} x N/K (Mimi; Défossez et al. 2024).
     *
     * @param share in (0, 1]
     * @param interval updates from check to check, at least 1
     * @param refill positive
     */
    record RelativeUsage(double share, int interval, double refill) implements RevivalPolicy {
        public RelativeUsage {
            requirePositive(share, "share");
            Checks.requireIn(0, 1, share, "share");
            Checks.requireAtLeast(1, interval, "interval");
            requirePositive(refill, "refill");
        }
    }

    /**
     * A code vector with size below {@code threshold} becomes the vector of the batch that is farthest from its nearest
     * code vector, those revived before it included; its new size is {@code threshold}. O(dead x batch x D).
     *
     * @param threshold positive
     */
    record FarthestVector(double threshold) implements RevivalPolicy {
        public FarthestVector {
            requirePositive(threshold, "threshold");
        }
    }

    /**
     * A code vector with size below {@code threshold} takes a part of the cluster with the largest distortion in the
     * batch, which is cut square to the direction of its farthest member. Both code vectors move from the old place as
     * far as the means of the parts are from the mean of the whole, and share size and sum in proportion to their
     * members, so that the running sum of the cluster is kept. A cluster is cut at most once per update.
     *
     * @param threshold positive
     */
    record SplitWorst(double threshold) implements RevivalPolicy {
        public SplitWorst {
            requirePositive(threshold, "threshold");
        }
    }

    /**
     * A code vector whose size is below {@code ratio} times the largest becomes a vector of the batch drawn in
     * proportion to the squared distance from its code vector; its new size is the smallest of the others. At most half
     * of the batch is used at once, for the smallest sizes. The check is made after 10 K vectors or when a size is 0
     * (as the mini-batch k-means of scikit-learn).
     *
     * @param ratio in [0, 1]; 0 turns it off
     */
    record DistanceWeighted(double ratio) implements RevivalPolicy {
        public DistanceWeighted {
            Checks.requireIn(0, 1, ratio, "ratio");
        }
    }

    /**
     * Every code vector moves to the vector of the batch that is nearest to it by the share alpha = exp(-10 K p / (1 -
     * decay) - 1e-3), with p the moving average of its share of the batch, 0 before the first update (CVQ-VAE; Zheng
     * and Vedaldi 2023). Its size moves to N/K by the same share. Code vectors in regular use have an alpha of 0;
     * alphas below 2^-24 move no float and are passed over. O(K x batch x D).
     *
     * @param decay of the moving average, in [0, 1)
     */
    record SoftPull(double decay) implements RevivalPolicy {
        public SoftPull {
            Checks.requireIn(0, Math.nextDown(1.0), decay, "decay");
        }

        /** Alpha of a code vector with usage {@code p} in [0, 1]. */
        double alpha(double p, int codebookSize) {
            return StrictMath.exp(-10 * codebookSize * p / (1 - decay) - 1e-3);
        }
    }

    private static void requirePositive(double value, String name) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be positive and finite");
        }
    }
}
