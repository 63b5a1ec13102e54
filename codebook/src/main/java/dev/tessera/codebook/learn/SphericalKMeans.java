package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.UnitVectors;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Spherical k-means (Dhillon and Modha 2001): unit code vectors that maximise the mean cosine. Each code vector is the
 * sum of the directions of its cluster, scaled to norm 1.
 *
 * <p>Only directions count: vectors are scaled to norm 1 first, and zero vectors, which have none, are left out. Start,
 * sampling, empty clusters and few distinct vectors are treated as in {@link KMeans}, on directions. The same vectors,
 * seed and settings give the same codebook for any thread count. O(iterations x vectors x K x D).
 */
public final class SphericalKMeans {
    private static final int ROWS = 2048;

    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;
    private final int maxPointsPerCode;

    private SphericalKMeans(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.maxPointsPerCode = builder.maxPointsPerCode;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}; it outputs unit vectors. */
    public SphericalQuantizer fit(Latents vectors) {
        Codebook codebook = run(vectors).codebook();
        return new SphericalQuantizer(codebook, codebook);
    }

    /**
     * Learns a codebook of at most {@code codebookSize} unit vectors.
     *
     * @throws IllegalArgumentException when there is no vector but zero or a value is not finite
     */
    public SphericalKMeansResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet training = directions(vectors).sample((long) codebookSize * maxPointsPerCode, random);
        try (Workers workers = new Workers(threads)) {
            float[] codes = KMeansPlusPlus.start(training, codebookSize, false, random, workers);
            return learn(training, codes, workers);
        }
    }

    private static TrainingSet directions(Latents vectors) {
        int d = vectors.dim();
        float[] unit = new float[vectors.data().length];
        int kept = 0;
        for (int i = 0; i < vectors.count(); i++) {
            if (UnitVectors.scale(vectors.data(), i * d, unit, kept * d, d) > 0) {
                kept++;
            }
        }
        if (kept == 0) {
            throw new IllegalArgumentException("all vectors are zero, there must be a direction to learn from");
        }
        return new TrainingSet(d, kept, unit, null);
    }

    private SphericalKMeansResult learn(TrainingSet set, float[] codes, Workers workers) {
        int d = set.dim();
        int k = codes.length / d;
        Clusters clusters = new Clusters(k, set.count());
        ClusterMeans means = new ClusterMeans(set, clusters, workers);
        int[] indices = assign(set, codes, workers);
        clusters.group(indices);
        double[] distortions = means.distortions(codes);
        List<Double> cosines = new ArrayList<>();
        cosines.add(meanCosine(distortions, set.count()));
        boolean converged = false;
        for (int it = 0; it < iterations && !converged; it++) {
            float[] before = codes.clone();
            means.moveTo(codes);
            means.fillEmpty(codes, distortions);
            scale(codes, before, d);
            int[] previous = indices;
            indices = assign(set, codes, workers);
            clusters.group(indices);
            distortions = means.distortions(codes);
            cosines.add(meanCosine(distortions, set.count()));
            converged = Arrays.equals(indices, previous);
        }
        return new SphericalKMeansResult(Codebook.of(k, d, codes), cosines, converged, set.count());
    }

    private static int[] assign(TrainingSet set, float[] codes, Workers workers) {
        int d = set.dim();
        int[] indices = new int[set.count()];
        NearestKernel kernel = NearestKernel.of(codes, codes.length / d, d);
        workers.runRows(set.count(), ROWS, (from, to) -> kernel.assign(set.x(), from * d, to - from, indices, from));
        return indices;
    }

    /** Means to unit vectors; a mean of zero, from opposite members, leaves the code vector where it was. */
    private static void scale(float[] codes, float[] before, int d) {
        for (int at = 0; at < codes.length; at += d) {
            if (UnitVectors.scale(codes, at, codes, at, d) == 0) {
                System.arraycopy(before, at, codes, at, d);
            }
        }
    }

    /** For unit vectors |x - c|^2 = 2 - 2 cos. */
    private static double meanCosine(double[] distortions, int count) {
        return 1 - ClusterMeans.sum(distortions) / count / 2;
    }

    /**
     * Settings; defaults: 256 code vectors, 20 iterations, seed 1, all processors, 256 training vectors per code
     * vector.
     */
    public static final class Builder {
        private int codebookSize = 256;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxPointsPerCode = 256;

        private Builder() {}

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Most updates to make, at least 0. */
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

        public SphericalKMeans build() {
            return new SphericalKMeans(this);
        }
    }
}
