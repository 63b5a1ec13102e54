package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Learns a {@link ResidualQuantizer} stage by stage: each stage is a {@link KMeans} codebook of what the stages before it
 * leave over (greedy training, as in Juang and Gray 1982 and Zeghidour et al. 2021 with a k-means start).
 *
 * <p>The same vectors, seed and settings give the same codebooks for any thread count.
 */
public final class ResidualKMeans {
    private final int stages;
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;
    private final KMeansStart start;
    private final boolean zeroCode;

    private ResidualKMeans(Builder builder) {
        this.stages = builder.stages;
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.start = builder.start;
        this.zeroCode = builder.zeroCode;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}. */
    public ResidualQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns all stages. A stage has fewer code vectors than asked for when fewer distinct residuals are left, see
     * {@link KMeans}.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public ResidualKMeansResult run(Latents vectors) {
        List<Codebook> codebooks = new ArrayList<>();
        List<Double> distortions = new ArrayList<>();
        Latents residual =
                Latents.of(vectors.shape(), vectors.dim(), vectors.data().clone());
        SplitMix64 seeds = new SplitMix64(seed);
        for (int s = 0; s < stages; s++) {
            KMeans learner = KMeans.builder()
                    .codebookSize(codebookSize)
                    .iterations(iterations)
                    .seed(seeds.nextLong())
                    .threads(threads)
                    .start(start)
                    .build();
            VectorQuantizer stage = new VectorQuantizer(
                    learner.learn(residual, null, zeroCode && s > 0).codebook());
            codebooks.add(stage.codebook());
            distortions.add(subtract(stage, residual));
        }
        return new ResidualKMeansResult(new ResidualQuantizer(codebooks), distortions);
    }

    /** Takes the nearest code vector from every residual; returns the mean squared norm of what is left. */
    private double subtract(VectorQuantizer stage, Latents residual) {
        int[] indices = stage.quantize(residual, threads);
        float[] vectors = stage.codebook().vectors();
        float[] x = residual.data();
        int d = residual.dim();
        double sum = 0;
        for (int i = 0; i < indices.length; i++) {
            for (int t = 0; t < d; t++) {
                float left = x[i * d + t] - vectors[indices[i] * d + t];
                x[i * d + t] = left;
                sum += (double) left * left;
            }
        }
        return sum / indices.length;
    }

    /**
     * Settings; defaults: 8 stages of 256 code vectors, 20 iterations, seed 1, all processors, k-means|| start, no zero code
     * vector.
     */
    public static final class Builder {
        private int stages = 8;
        private int codebookSize = 256;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private KMeansStart start = KMeansStart.PARALLEL;
        private boolean zeroCode;

        private Builder() {}

        /** Number of stages, at least 1. */
        public Builder stages(int stages) {
            this.stages = Checks.requireAtLeast(1, stages, "stages");
            return this;
        }

        /** K of every stage, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Most k-means updates per stage, at least 0. */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
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

        /** How k-means chooses its first centroids; a stage with a zero code vector always takes k-means++. */
        public Builder start(KMeansStart start) {
            this.start = Objects.requireNonNull(start, "start");
            return this;
        }

        /**
         * Whether index 0 of every stage but the first is the zero vector, so that an encoder may choose to stop refining
         * and an entropy coder can make that choice cheap. The other K - 1 code vectors are learned around it.
         */
        public Builder zeroCode(boolean zeroCode) {
            this.zeroCode = zeroCode;
            return this;
        }

        public ResidualKMeans build() {
            return new ResidualKMeans(this);
        }
    }
}
