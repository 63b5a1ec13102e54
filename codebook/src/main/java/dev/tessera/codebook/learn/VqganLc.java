package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;

/**
 * The codebook of VQGAN-LC (Zhu et al. 2024) on fixed latents: k-means centres in the feature space of another,
 * pretrained network, which never change, and a trained linear projection of them to the latents' dimension. The
 * authors take 100,000 centres of 768 CLIP dimensions to 8.
 *
 * <p>The projection is trained as in {@link SimVq}. On fixed latents it ends at a local minimum that depends on the
 * random start, often well above k-means of the latents; in the paper the latents move towards the code vectors as
 * well. The same features, latents, seed and settings give the same codebook for any thread count.
 */
public final class VqganLc {
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final ProjectionSettings settings;

    private VqganLc(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.settings =
                new ProjectionSettings(builder.epochs, builder.batchSize, builder.learningRate, builder.threads);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The folded codebook of {@link #run(Latents, Latents)}. */
    public Codebook fit(Latents features, Latents latents) {
        return run(features, latents).codebook().fold();
    }

    /**
     * Learns the basis by {@link KMeans}, then the projection. Features and latents need not be of the same signals.
     *
     * @param features vectors of the pretrained network, {@code [. x basisDim]}
     * @param latents vectors to quantize, {@code [. x codeDim]}
     * @throws IllegalArgumentException when either has no vectors or a value that is not finite
     */
    public ProjectedCodebookResult run(Latents features, Latents latents) {
        Codebook basis = KMeans.builder()
                .codebookSize(codebookSize)
                .iterations(iterations)
                .seed(seed)
                .threads(settings.threads())
                .build()
                .fit(features);
        return run(basis, latents);
    }

    /** Learns the projection of a given basis, of any size. */
    public ProjectedCodebookResult run(Codebook basis, Latents latents) {
        SplitMix64 random = new SplitMix64(seed);
        return new LinearProjection(basis, latents, settings, random).train(random);
    }

    /**
     * Settings; defaults: 1024 code vectors, 20 k-means updates, 20 epochs of batches of 1024, learning rate 1e-3, seed
     * 1, all processors.
     */
    public static final class Builder {
        private int codebookSize = 1024;
        private int iterations = 20;
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

        /** Most k-means updates for the basis, at least 0. */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
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

        /** Adam's learning rate, finite and above 0; the paper's is 5e-4. */
        public Builder learningRate(double learningRate) {
            this.learningRate = learningRate;
            return this;
        }

        /** Of k-means, the start of the projection and the order of the latents. */
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
        public VqganLc build() {
            return new VqganLc(this);
        }
    }
}
