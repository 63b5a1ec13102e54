package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.RotatedQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Columns;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Optimized product quantization (Ge, He, Ke and Sun 2013), non-parametric: a rotation of the centred vectors and a
 * product quantizer behind it, optimized in turn. The start is the parametric solution: principal components, allocated
 * to the subspaces by their eigenvalues. A round is one k-means update in each subspace and the best
 * rotation for the quantized vectors (orthogonal Procrustes problem); more k-means updates follow the last
 * round. No step raises the distortion of the training vectors, but for repairs of empty clusters and float rounding.
 *
 * <p>The same vectors, seed and settings give the same rotation and codebooks for any thread count. O(dim^3) per round
 * for the singular value decomposition, on one thread.
 */
public final class OptimizedProduct {
    private final Partition subspaces;
    private final int codebookSize;
    private final int rounds;
    private final int iterations;
    private final long seed;
    private final int threads;
    private final int maxPointsPerCode;

    private OptimizedProduct(Builder builder) {
        this.subspaces = builder.subspaces;
        this.codebookSize = builder.codebookSize;
        this.rounds = builder.rounds;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.maxPointsPerCode = builder.maxPointsPerCode;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}; its inner quantizer is a {@link ProductQuantizer}. */
    public RotatedQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns rotation and codebooks.
     *
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or the vectors cannot be cut so
     */
    public OptimizedProductResult run(Latents vectors) {
        int dim = vectors.dim();
        int[] dims = subspaces.dims(dim);
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet set = TrainingSet.of(vectors).sample((long) codebookSize * maxPointsPerCode, random);
        Latents training = Latents.of(set.count(), dim, set.x());
        Klt principal = Klt.fit(training, dim, threads);
        float[] mean = principal.mean();
        float[] centred = centred(training, mean);
        float[] rotation = startRotation(principal, dims);
        List<Double> distortions = new ArrayList<>();
        try (Workers workers = new Workers(threads)) {
            Latents rotated = rotate(rotation, mean, training);
            List<Codebook> codebooks = start(rotated, dims, random, workers);
            for (int round = 0; round < rounds; round++) {
                distortions.add(update(rotated, codebooks, 1, workers));
                ProductQuantizer product = new ProductQuantizer(codebooks);
                Latents quantized = product.dequantize(product.quantize(rotated, threads), rotated.count());
                rotation = Procrustes.rotation(centred, quantized.data(), dim, workers);
                rotated = rotate(rotation, mean, training);
            }
            distortions.add(update(rotated, codebooks, iterations, workers));
            RotatedQuantizer quantizer = new RotatedQuantizer(rotation, mean, new ProductQuantizer(codebooks));
            return new OptimizedProductResult(quantizer, distortions);
        }
    }

    private static float[] centred(Latents vectors, float[] mean) {
        float[] centred = vectors.data().clone();
        for (int i = 0; i < centred.length; i++) {
            centred[i] -= mean[i % mean.length];
        }
        return centred;
    }

    private static float[] startRotation(Klt principal, int[] dims) {
        int dim = principal.inputDim();
        float[] basis = principal.basis();
        float[] rotation = new float[dim * dim];
        int[] components = EigenvalueAllocation.components(principal.eigenvalues(), dims);
        for (int r = 0; r < dim; r++) {
            System.arraycopy(basis, components[r] * dim, rotation, r * dim, dim);
        }
        return rotation;
    }

    private static Latents rotate(float[] rotation, float[] mean, Latents vectors) {
        return Klt.of(vectors.dim(), vectors.dim(), mean, rotation).transform(vectors);
    }

    private List<Codebook> start(Latents rotated, int[] dims, SplitMix64 random, Workers workers) {
        List<Codebook> codebooks = new ArrayList<>();
        int first = 0;
        for (int width : dims) {
            TrainingSet part = TrainingSet.of(Columns.slice(rotated, first, width));
            float[] start = KMeansPlusPlus.start(part, codebookSize, false, new SplitMix64(random.nextLong()), workers);
            codebooks.add(Codebook.of(start.length / width, width, start));
            first += width;
        }
        return codebooks;
    }

    /** Replaces each codebook by what {@code updates} k-means updates make of it; returns the distortion. */
    private static double update(Latents rotated, List<Codebook> codebooks, int updates, Workers workers) {
        double distortion = 0;
        int first = 0;
        for (int m = 0; m < codebooks.size(); m++) {
            Codebook codebook = codebooks.get(m);
            TrainingSet part = TrainingSet.of(Columns.slice(rotated, first, codebook.codeDim()));
            KMeansResult result = new Lloyd(part, codebook.toArray(), false, workers).run(updates);
            codebooks.set(m, result.codebook());
            distortion += result.distortion();
            first += codebook.codeDim();
        }
        return distortion;
    }

    /**
     * Settings; defaults: 8 subspaces of 256 code vectors, 20 rounds, then 20 k-means updates, seed 1, all processors,
     * 256 training vectors per code vector.
     */
    public static final class Builder {
        private Partition subspaces = Partition.even(8, "subspaces");
        private int codebookSize = 256;
        private int rounds = 20;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxPointsPerCode = 256;

        private Builder() {}

        /**
         * Number of subspaces, at least 1; their dimensions differ by at most 1, the larger first. Undoes {@link
         * #dims}.
         */
        public Builder subspaces(int subspaces) {
            this.subspaces = Partition.even(subspaces, "subspaces");
            return this;
        }

        /** Dimensions of the subspaces, each at least 1, with the vectors' dim as sum. Undoes {@link #subspaces}. */
        public Builder dims(int... dims) {
            this.subspaces = Partition.of(dims);
            return this;
        }

        /** K of every subspace, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Updates of the rotation, at least 0 (0: the parametric solution). */
        public Builder rounds(int rounds) {
            this.rounds = Checks.requireAtLeast(0, rounds, "rounds");
            return this;
        }

        /** Most k-means updates after the last round, at least 0. */
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

        /** Size of the training sample per code vector of one subspace, at least 1. */
        public Builder maxPointsPerCode(int maxPointsPerCode) {
            this.maxPointsPerCode = Checks.requireAtLeast(1, maxPointsPerCode, "maxPointsPerCode");
            return this;
        }

        public OptimizedProduct build() {
            return new OptimizedProduct(this);
        }
    }
}
