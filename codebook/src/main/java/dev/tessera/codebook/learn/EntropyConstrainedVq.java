package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.EcvqQuantizer;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entropy-constrained vector quantization (ECVQ; Chou, Lookabaugh and Gray 1989): minimises D + lambda x R, with D the
 * mean squared distance and R the entropy of the indices in bits.
 *
 * <p>After a short k-means each iteration sets rates to -log2 of the share of every index and code vectors to the means
 * of their clusters, then assigns vectors anew, rate included ({@link EcvqQuantizer}). None of the three steps can
 * raise the objective. An index that nobody uses would cost infinitely many bits: it is dropped, as in the paper, so
 * the codebook shrinks as lambda grows.
 *
 * <p>The same vectors, seed and settings give the same result for any thread count. O(iterations x vectors x K x D).
 */
public final class EntropyConstrainedVq {
    private static final int START_ITERATIONS = 5;
    private static final double LN_2 = StrictMath.log(2);

    private final double lambda;
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;
    private final int maxPointsPerCode;

    private EntropyConstrainedVq(Builder builder) {
        this.lambda = builder.lambda;
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
    public EcvqQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns code vectors and rates.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public EcvqResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet set = new TrainingSet(vectors.dim(), vectors.count(), vectors.data(), null)
                .sample((long) codebookSize * maxPointsPerCode, random);
        try (Workers workers = new Workers(threads)) {
            float[] start = KMeansPlusPlus.start(set, codebookSize, false, random, workers);
            Codebook codebook =
                    new Lloyd(set, start, false, workers).run(START_ITERATIONS).codebook();
            return learn(set, codebook, workers);
        }
    }

    private EcvqResult learn(TrainingSet set, Codebook start, Workers workers) {
        Latents vectors = Latents.of(set.count(), set.dim(), set.x());
        EcvqQuantizer quantizer = new EcvqQuantizer(start, new float[start.codebookSize()], lambda);
        int[] indices = quantizer.quantize(vectors, threads); // all rates 0: plain nearest code vectors
        List<Double> distortions = new ArrayList<>();
        List<Double> entropies = new ArrayList<>();
        boolean converged = false;
        for (int it = 0; it <= iterations && !converged; it++) {
            float[] codes = quantizer.codebook().toArray();
            int[] counts = dropUnused(codes, indices, set.dim());
            codes = Arrays.copyOf(codes, counts.length * set.dim());
            int[] previous = indices;
            clusterMeans(set, indices, counts.length, workers).moveTo(codes);
            quantizer =
                    new EcvqQuantizer(Codebook.of(counts.length, set.dim(), codes), rates(counts, set.count()), lambda);
            indices = quantizer.quantize(vectors, threads);
            ClusterMeans clusters = clusterMeans(set, indices, counts.length, workers);
            distortions.add(ClusterMeans.sum(clusters.distortions(codes)) / set.count());
            entropies.add(entropy(count(indices, counts.length), set.count()));
            converged = Arrays.equals(indices, previous);
        }
        return new EcvqResult(quantizer, distortions, entropies, converged, set.count());
    }

    private static ClusterMeans clusterMeans(TrainingSet set, int[] indices, int k, Workers workers) {
        Clusters clusters = new Clusters(k, set.count());
        clusters.group(indices);
        return new ClusterMeans(set, clusters, workers);
    }

    /** Moves the used code vectors to the front and renumbers the indices; returns the counts of those left. */
    private static int[] dropUnused(float[] codes, int[] indices, int d) {
        int[] counts = count(indices, codes.length / d);
        int[] renumbered = new int[counts.length];
        int used = 0;
        for (int j = 0; j < counts.length; j++) {
            if (counts[j] > 0) {
                System.arraycopy(codes, j * d, codes, used * d, d);
                counts[used] = counts[j];
                renumbered[j] = used++;
            }
        }
        for (int i = 0; i < indices.length; i++) {
            indices[i] = renumbered[indices[i]];
        }
        return Arrays.copyOf(counts, used);
    }

    private static int[] count(int[] indices, int k) {
        int[] counts = new int[k];
        for (int index : indices) {
            counts[index]++;
        }
        return counts;
    }

    private static float[] rates(int[] counts, int total) {
        float[] rates = new float[counts.length];
        for (int j = 0; j < counts.length; j++) {
            rates[j] = (float) bits(counts[j], total);
        }
        return rates;
    }

    private static double entropy(int[] counts, int total) {
        double sum = 0;
        for (int count : counts) {
            sum += count == 0 ? 0 : count * bits(count, total);
        }
        return sum / total;
    }

    private static double bits(int count, int total) {
        return count == total ? 0 : StrictMath.log((double) total / count) / LN_2;
    }

    /**
     * Settings; defaults: lambda 0, at most 256 code vectors, 50 iterations, seed 1, all processors, 256 training
     * vectors per code vector.
     */
    public static final class Builder {
        private double lambda;
        private int codebookSize = 256;
        private int iterations = 50;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxPointsPerCode = 256;

        private Builder() {}

        /** Squared distance that one bit is worth, finite and at least 0. */
        public Builder lambda(double lambda) {
            this.lambda = Checks.requireIn(0, Double.MAX_VALUE, lambda, "lambda");
            return this;
        }

        /** K to start from, at least 1; the codebook has as many code vectors or fewer. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Most iterations after the first assignment with rates, at least 0. */
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

        public EntropyConstrainedVq build() {
            return new EntropyConstrainedVq(this);
        }
    }
}
