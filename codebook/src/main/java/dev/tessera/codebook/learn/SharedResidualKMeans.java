package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Learns residual quantization whose stages share one codebook, each with a scale of its own: stage s chooses among the
 * code vectors a_s c_k. It stores 1 / stages of the numbers of a {@link ResidualKMeans} quantizer (the shared codebook
 * of RQ-VAE, Lee et al. 2022, which has no scales).
 *
 * <p>From k-means of the vectors on, in turn: every vector is quantized greedily, each scale being set to the best one
 * for its stage's choices, a_s = sum r.c / sum |c|^2; then the codebook takes a k-means update on the pooled residuals
 * r / a_s of all stages with weights a_s^2, which is the least squares update for sum |r - a_s c|^2. Earlier stages
 * change what later ones see, so the distortion need not fall in every iteration: the best state of all is kept.
 *
 * <p>The same vectors, seed and settings give the same codebook for any thread count.
 */
public final class SharedResidualKMeans {
    private final int stages;
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;
    private final int maxPointsPerCode;

    private SharedResidualKMeans(Builder builder) {
        this.stages = builder.stages;
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.maxPointsPerCode = builder.maxPointsPerCode;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}. */
    public ResidualQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns codebook and scales.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public SharedResidualKMeansResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet set = TrainingSet.of(vectors).sample((long) codebookSize * maxPointsPerCode, random);
        Latents training = Latents.of(set.count(), set.dim(), set.x());
        Codebook codebook = KMeans.builder()
                .codebookSize(codebookSize)
                .iterations(iterations)
                .seed(random.nextLong())
                .threads(threads)
                .build()
                .fit(training);
        float[] scales = new float[stages];
        SharedStages pass = new SharedStages(training, threads);
        pass.start(codebook, scales);
        List<Double> distortions = new ArrayList<>();
        Codebook best = codebook;
        float[] bestScales = scales.clone();
        double bestDistortion = pass.distortion(codebook, scales);
        distortions.add(bestDistortion);
        try (Workers workers = new Workers(threads)) {
            for (int it = 0; it < iterations; it++) {
                TrainingSet pooled = pass.pool(codebook, scales);
                codebook = new Lloyd(pooled, codebook.toArray(), false, workers)
                        .run(1)
                        .codebook();
                double distortion = pass.distortion(codebook, scales);
                distortions.add(distortion);
                if (distortion < bestDistortion) {
                    best = codebook;
                    bestScales = scales.clone();
                    bestDistortion = distortion;
                }
            }
        }
        return new SharedResidualKMeansResult(best, bestScales, distortions);
    }

    /**
     * Settings; defaults: 8 stages, 256 code vectors, 20 iterations, seed 1, all processors, 256 training vectors per
     * code vector.
     */
    public static final class Builder {
        private int stages = 8;
        private int codebookSize = 256;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxPointsPerCode = 256;

        private Builder() {}

        /** Number of stages, at least 1. */
        public Builder stages(int stages) {
            this.stages = Checks.requireAtLeast(1, stages, "stages");
            return this;
        }

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Most k-means updates of the start, and updates of the shared codebook, at least 0. */
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

        /** Size of the training sample per code vector, at least 1. */
        public Builder maxPointsPerCode(int maxPointsPerCode) {
            this.maxPointsPerCode = Checks.requireAtLeast(1, maxPointsPerCode, "maxPointsPerCode");
            return this;
        }

        public SharedResidualKMeans build() {
            return new SharedResidualKMeans(this);
        }
    }
}
