package dev.tessera.codebook.learn;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.AdditiveSearch;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Learns an {@link AdditiveQuantizer} by local search quantization (LSQ, Martinez et al. 2016): from
 * {@link ResidualKMeans} on, the codebooks for the current indices by least squares and the indices for the current
 * codebooks by iterated local search, in turn. Neither step raises the distortion of the training vectors, but for
 * float rounding. As in LSQ++ (2018) the normal equations are solved directly; its stochastic relaxations, which give
 * that guarantee up, are left out.
 *
 * <p>The same vectors, seed and settings give the same codebooks for any thread count. Each round solves normal
 * equations of (sum of K) unknowns on one thread: about 3 x 10^9 multiplications for 8 codebooks of 256.
 */
public final class LocalSearchQuantization {
    private final int codebooks;
    private final int codebookSize;
    private final int rounds;
    private final int iterations;
    private final AdditiveSearch search;
    private final double regularization;
    private final long seed;
    private final int threads;
    private final int maxPointsPerCode;

    private LocalSearchQuantization(Builder builder) {
        this.codebooks = builder.codebooks;
        this.codebookSize = builder.codebookSize;
        this.rounds = builder.rounds;
        this.iterations = builder.iterations;
        this.search = builder.search;
        this.regularization = builder.regularization;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.maxPointsPerCode = builder.maxPointsPerCode;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}. */
    public AdditiveQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns all codebooks. They are smaller than asked for where {@link ResidualKMeans} makes them so.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public LocalSearchQuantizationResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet set = TrainingSet.of(vectors).sample((long) codebookSize * maxPointsPerCode, random);
        Latents training = Latents.of(set.count(), set.dim(), set.x());
        ResidualQuantizer start = ResidualKMeans.builder()
                .stages(codebooks)
                .codebookSize(codebookSize)
                .iterations(iterations)
                .seed(random.nextLong())
                .threads(threads)
                .build()
                .fit(training);
        List<Codebook> books = start.codebooks();
        int[] indices = start.quantize(training, threads);
        Latents quantized = start.dequantize(indices, training.count());
        List<Double> distortions = new ArrayList<>();
        distortions.add(Distortions.between(training, quantized));
        try (Workers workers = new Workers(threads)) {
            for (int round = 0; round < rounds; round++) {
                books = AdditiveUpdate.update(training, indices, quantized, books, regularization, workers);
                AdditiveQuantizer quantizer = new AdditiveQuantizer(books, search.withSeed(random.nextLong()));
                distortions.add(Distortions.between(training, quantizer.dequantize(indices, training.count())));
                indices = quantizer.improve(training, indices, threads);
                quantized = quantizer.dequantize(indices, training.count());
                distortions.add(Distortions.between(training, quantized));
            }
        }
        return new LocalSearchQuantizationResult(new AdditiveQuantizer(books, search), distortions);
    }

    /**
     * Settings; defaults: 8 codebooks of 256 code vectors, 10 rounds, a start of 20 k-means updates per stage,
     * {@link AdditiveSearch#DEFAULT}, regularization 1e-3, seed 1, all processors, 256 training vectors per code vector
     * of one codebook.
     */
    public static final class Builder {
        private int codebooks = 8;
        private int codebookSize = 256;
        private int rounds = 10;
        private int iterations = 20;
        private AdditiveSearch search = AdditiveSearch.DEFAULT;
        private double regularization = 1e-3;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxPointsPerCode = 256;

        private Builder() {}

        /** Number of codebooks, at least 1. */
        public Builder codebooks(int codebooks) {
            this.codebooks = Checks.requireAtLeast(1, codebooks, "codebooks");
            return this;
        }

        /** K of every codebook, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Codebook updates, each followed by a search for better indices, at least 0 (0: the residual start). */
        public Builder rounds(int rounds) {
            this.rounds = Checks.requireAtLeast(0, rounds, "rounds");
            return this;
        }

        /** Most k-means updates per stage of the start, at least 0. */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
            return this;
        }

        /**
         * Effort of the search while learning, and search of the learned quantizer; learning draws seeds of its own.
         */
        public Builder search(AdditiveSearch search) {
            this.search = search;
            return this;
        }

        /**
         * Penalty on the squared change of a code vector in one update, in units of vectors; finite, at least 1e-6 so
         * that the normal equations stay solvable. What it slows down the next round makes good.
         */
        public Builder regularization(double regularization) {
            if (!(regularization >= 1e-6 && regularization < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "regularization is " + regularization + ", must be finite and at least 1e-6");
            }
            this.regularization = regularization;
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

        /** Size of the training sample per code vector of one codebook, at least 1. */
        public Builder maxPointsPerCode(int maxPointsPerCode) {
            this.maxPointsPerCode = Checks.requireAtLeast(1, maxPointsPerCode, "maxPointsPerCode");
            return this;
        }

        /**
         * @throws IllegalArgumentException when codebooks x codebookSize is above {@link
         * AdditiveQuantizer#MAX_CODE_VECTORS}
         */
        public LocalSearchQuantization build() {
            long total = (long) codebooks * codebookSize;
            if (total > AdditiveQuantizer.MAX_CODE_VECTORS) {
                throw new IllegalArgumentException("codebooks x codebookSize is " + total + ", must be at most "
                        + AdditiveQuantizer.MAX_CODE_VECTORS);
            }
            return new LocalSearchQuantization(this);
        }
    }
}
