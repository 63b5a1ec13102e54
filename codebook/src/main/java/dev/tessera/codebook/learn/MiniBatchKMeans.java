package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Mini-batch k-means (Sculley 2010): each step assigns one batch and moves every centroid by the learning rate 1 /
 * (vectors it has had so far), so that a centroid is the mean of all vectors it ever got. For training sets that are
 * too large for {@link KMeans}; nothing is sampled away.
 *
 * <p>Batches are drawn without replacement, in a new order on each pass over the vectors. The start is k-means++ on 16
 * vectors per code vector. Centroids that hardly get vectors are moved by a {@link RevivalPolicy}, by default {@link
 * RevivalPolicy.DistanceWeighted} with ratio 0.01.
 *
 * <p>The same vectors, seed and settings give the same codebook for any thread count. With fewer distinct vectors than
 * {@code codebookSize} the codebook is smaller than asked for. O(steps x batch x K x D).
 */
public final class MiniBatchKMeans {
    private final int codebookSize;
    private final int batchSize;
    private final int steps;
    private final int epochs;
    private final long seed;
    private final int threads;
    private final RevivalPolicy revival;

    private MiniBatchKMeans(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.batchSize = builder.batchSize;
        this.steps = builder.steps;
        this.epochs = builder.epochs;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.revival = builder.revival;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The codebook of {@link #run}. */
    public Codebook fit(Latents vectors) {
        return run(vectors).codebook();
    }

    /**
     * Learns a codebook of at most {@code codebookSize} code vectors.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public MiniBatchResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet set = new TrainingSet(vectors.dim(), vectors.count(), vectors.data(), null);
        List<Double> distortions = new ArrayList<>();
        int revived = 0;
        try (Workers workers = new Workers(threads)) {
            float[] start = KMeansPlusPlus.start(set, codebookSize, false, random, workers);
            RunningCodes codes = new RunningCodes(Codebook.of(start.length / set.dim(), set.dim(), start));
            Revival reviver = new Revival(revival, codes, random);
            ShuffledBatches batches = new ShuffledBatches(vectors, batchSize, random);
            long most = Math.min(steps, (long) epochs * batches.perPass());
            for (long step = 0; step < most; step++) {
                AssignedBatch batch = AssignedBatch.of(batches.next(), codes.codes(), workers);
                distortions.add(batch.distortion());
                codes.add(batch, 1, 1, workers);
                codes.moveToMeans(0);
                if (step + 1 < most) { // the last step would leave revived centroids on single vectors
                    revived += reviver.apply(batch, workers);
                }
            }
            return new MiniBatchResult(codes.codebook(), distortions, revived);
        }
    }

    /**
     * Settings; defaults: 256 code vectors, batches of 4096, 10 epochs, seed 1, all processors, reassignment ratio
     * 0.01.
     */
    public static final class Builder {
        private int codebookSize = 256;
        private int batchSize = 4096;
        private int steps = Integer.MAX_VALUE;
        private int epochs = 10;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private RevivalPolicy revival = RevivalPolicy.distanceWeighted(0.01);

        private Builder() {}

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Vectors per step, at least 1. */
        public Builder batchSize(int batchSize) {
            this.batchSize = Checks.requireAtLeast(1, batchSize, "batchSize");
            return this;
        }

        /** Most steps to make, at least 0; it ends earlier when the epochs are over. */
        public Builder steps(int steps) {
            this.steps = Checks.requireAtLeast(0, steps, "steps");
            return this;
        }

        /** Most passes over the vectors, at least 1. */
        public Builder epochs(int epochs) {
            this.epochs = Checks.requireAtLeast(1, epochs, "epochs");
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        /** {@link #revival} with {@link RevivalPolicy.DistanceWeighted} of this ratio, in [0, 1]. */
        public Builder reassignmentRatio(double ratio) {
            return revival(RevivalPolicy.distanceWeighted(ratio));
        }

        /** What to do with centroids that hardly get vectors. */
        public Builder revival(RevivalPolicy revival) {
            this.revival = Objects.requireNonNull(revival, "revival");
            return this;
        }

        public MiniBatchKMeans build() {
            return new MiniBatchKMeans(this);
        }
    }
}
