package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Lloyd's k-means with a k-means|| start (Bahmani et al. 2012) or another {@link KMeansStart}, and repair of empty clusters.
 *
 * <p>The same vectors, seed and settings give the same codebook for any thread count.
 *
 * <ul>
 *   <li><b>Sampling.</b> From more than {@code codebookSize x maxPointsPerCode} vectors that many are drawn without
 *       replacement and the rest is not looked at (256 per code vector by default, as FAISS does).
 *   <li><b>Empty clusters.</b> The cluster with the largest distortion is cut in two by the plane through its centroid,
 *       square to the direction of its farthest member; the means of the halves become two centroids.
 *   <li><b>Few distinct vectors.</b> With no more distinct training vectors than {@code codebookSize} the codebook holds
 *       each of them once and is smaller than asked for.
 *   <li><b>Stop.</b> After {@code iterations} updates, or when an update changes no assignment.
 * </ul>
 *
 * <p>O(iterations x vectors x K x D) time.
 */
public final class KMeans {
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;
    private final int maxPointsPerCode;
    private final KMeansStart start;

    private KMeans(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.maxPointsPerCode = builder.maxPointsPerCode;
        this.start = builder.start;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The codebook of {@link #run(Latents)}. */
    public Codebook fit(Latents vectors) {
        return run(vectors).codebook();
    }

    /**
     * Learns a codebook of at most {@code codebookSize} code vectors.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public KMeansResult run(Latents vectors) {
        return learn(vectors, null, false);
    }

    /**
     * Learns from weighted vectors: a weight of 2 counts like two copies, a weight of 0 takes no part in any mean. Sampling
     * and the number of training vectors do not look at the weights.
     *
     * @param weights one per vector, finite, at least 0, not all 0
     */
    public KMeansResult run(Latents vectors, float[] weights) {
        if (weights.length != vectors.count()) {
            throw new IllegalArgumentException(
                    "weights has " + weights.length + " values, must have one per vector, " + vectors.count());
        }
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0 && weights[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "weight " + i + " is " + weights[i] + ", must be finite and at least 0");
            }
            sum += weights[i];
        }
        if (sum == 0) {
            throw new IllegalArgumentException("all weights are 0");
        }
        return learn(vectors, weights, false);
    }

    /**
     * @param weights one per vector, or null for equal weights
     * @param zeroFirst whether centroid 0 is the zero vector and stays so
     */
    KMeansResult learn(Latents vectors, float[] weights, boolean zeroFirst) {
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet all = new TrainingSet(vectors.dim(), vectors.count(), vectors.data(), weights);
        TrainingSet training = all.sample((long) codebookSize * maxPointsPerCode, random);
        try (Workers workers = new Workers(threads)) {
            float[] first = zeroFirst
                    ? KMeansPlusPlus.start(training, codebookSize, true, random, workers)
                    : start(training, random, workers);
            return new Lloyd(training, first, zeroFirst, workers).run(iterations);
        }
    }

    private float[] start(TrainingSet training, SplitMix64 random, Workers workers) {
        return switch (start) {
            case PLUS_PLUS -> KMeansPlusPlus.start(training, codebookSize, false, random, workers);
            case PARALLEL -> ParallelStart.start(training, codebookSize, false, random, workers);
            case AFK_MC2 -> MarkovStart.start(training, codebookSize, random);
            case RANDOM -> drawDistinct(training, random);
        };
    }

    /** Different vectors of positive weight in random order, K of them or all that there are. */
    private float[] drawDistinct(TrainingSet training, SplitMix64 random) {
        int d = training.dim();
        int[] rows = new int[training.count()];
        Arrays.setAll(rows, i -> i);
        Set<List<Float>> seen = new HashSet<>();
        float[] drawn = new float[Math.multiplyExact(Math.min(codebookSize, rows.length), d)];
        int found = 0;
        for (int i = 0; i < rows.length && found < codebookSize; i++) {
            int j = i + random.nextInt(rows.length - i);
            int row = rows[j];
            rows[j] = rows[i];
            List<Float> vector = new ArrayList<>(d);
            for (int t = 0; t < d; t++) {
                vector.add(training.x()[row * d + t] + 0f); // -0 is 0
            }
            if (training.weight(row) > 0 && seen.add(vector)) {
                System.arraycopy(training.x(), row * d, drawn, found++ * d, d);
            }
        }
        return Arrays.copyOf(drawn, found * d);
    }

    /** Settings; defaults: 256 code vectors, 20 iterations, seed 1, all processors, 256 training vectors per code vector, k-means||. */
    public static final class Builder {
        private int codebookSize = 256;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxPointsPerCode = 256;
        private KMeansStart start = KMeansStart.PARALLEL;

        private Builder() {}

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Most updates to make, at least 0 (0: the start alone). */
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

        /** How the first centroids are chosen. */
        public Builder start(KMeansStart start) {
            this.start = Objects.requireNonNull(start, "start");
            return this;
        }

        public KMeans build() {
            return new KMeans(this);
        }
    }
}
