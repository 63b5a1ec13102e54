package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SeededGaussian;
import dev.tessera.codebook.internal.SplitMix64;

/**
 * SimVQ (Zhu et al. 2024) on fixed latents: code vectors are C W + b with a random basis C, normal with standard
 * deviation d^-1/2, that never changes; only W and b are trained, so every step moves all code vectors, used or not.
 *
 * <p>Adam with decay 0.5 and 0.9, as in the authors' image configuration; their learning rate is 1e-4 over 50 epochs of
 * ImageNet, the default here is 1e-3. The same latents, seed and settings give the same codebook for any thread count.
 * O(K x d^2 + batchSize x K x d) per step.
 */
public final class SimVq {
    private final int codebookSize;
    private final long seed;
    private final ProjectionSettings settings;

    private SimVq(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.seed = builder.seed;
        this.settings =
                new ProjectionSettings(builder.epochs, builder.batchSize, builder.learningRate, builder.threads);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The folded codebook of {@link #run}. */
    public Codebook fit(Latents latents) {
        return run(latents).codebook().fold();
    }

    /**
     * Trains the projection.
     *
     * @throws IllegalArgumentException when there are no latents or a value is not finite
     */
    public ProjectedCodebookResult run(Latents latents) {
        SplitMix64 random = new SplitMix64(seed);
        int d = latents.dim();
        float[] draws = SeededGaussian.draw(Math.multiplyExact(codebookSize, d), 1 / Math.sqrt(d), random);
        Codebook basis = Codebook.of(codebookSize, d, draws);
        return new LinearProjection(basis, latents, settings, random).train(random);
    }

    /**
     * Settings; defaults: 1024 code vectors, 20 epochs of batches of 1024, learning rate 1e-3, seed 1, all processors.
     */
    public static final class Builder {
        private int codebookSize = 1024;
        private int epochs = 20;
        private int batchSize = 1024;
        private double learningRate = 1e-3;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Passes over the latents, at least 0. */
        public Builder epochs(int epochs) {
            this.epochs = epochs;
            return this;
        }

        /** Latents per step, at least 1. */
        public Builder batchSize(int batchSize) {
            this.batchSize = batchSize;
            return this;
        }

        /** Adam's learning rate, finite and above 0; the paper's is 1e-4. */
        public Builder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /** Of the basis, the start of the projection and the order of the latents. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** @throws IllegalArgumentException when a setting is out of range */
        public SimVq build() {
            return new SimVq(this);
        }
    }
}
