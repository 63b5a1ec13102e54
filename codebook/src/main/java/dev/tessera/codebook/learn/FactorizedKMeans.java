package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.AffineMap;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * Learns factorized codes (improved VQGAN, Yu et al. 2022; DAC, Kumar et al. 2023) on fixed vectors: principal
 * components for the projection to a low dimension, k-means on the projected vectors, least squares for the way back.
 *
 * <p>With {@code normalized} codes the projected vectors are scaled to length 1 and clustered by spherical k-means
 * (Dhillon and Modha 2001); a code vector then gets the length that serves its members best, and the search compares directions only.
 *
 * <p>The same vectors, seed and settings give the same quantizer for any thread count.
 */
public final class FactorizedKMeans {
    private final int codeDim;
    private final int codebookSize;
    private final int iterations;
    private final boolean normalized;
    private final long seed;
    private final int threads;
    private final int maxPointsPerCode;

    private FactorizedKMeans(Builder builder) {
        this.codeDim = builder.codeDim;
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.normalized = builder.normalized;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.maxPointsPerCode = builder.maxPointsPerCode;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}. */
    public ProjectedQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns projections and codebook.
     *
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or their dim is below codeDim
     */
    public FactorizedKMeansResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        int dim = vectors.dim();
        if (codeDim > dim) {
            throw new IllegalArgumentException(
                    "codeDim is " + codeDim + ", must be in [1, " + dim + "], the vectors' dim");
        }
        Klt principal = Klt.fit(vectors, codeDim, threads);
        float[] inWeight = principal.basis();
        float[] inBias = inBias(principal);
        float[] projected =
                new AffineMap(dim, codeDim, inWeight, inBias, "in").applyAll(vectors.data(), vectors.count(), threads);
        Codebook codebook = learn(projected.clone());
        int[] indices = quantizer(codebook).quantize(Latents.of(vectors.count(), codeDim, projected), threads);
        if (normalized) {
            codebook = withLengths(codebook, projected, indices);
        }
        Lift lift = Lift.fit(vectors, codebook, indices);
        ProjectedQuantizer quantizer =
                new ProjectedQuantizer(dim, inWeight, inBias, quantizer(codebook), lift.weight(), lift.bias());
        int[] found = quantizer.quantize(vectors, threads);
        return new FactorizedKMeansResult(
                quantizer,
                Distortions.between(vectors, quantizer.dequantize(found, found.length)),
                CodebookUsage.of(found, codebook.codebookSize()));
    }

    private Quantizer quantizer(Codebook codebook) {
        return normalized ? SphericalQuantizer.factorized(codebook) : new VectorQuantizer(codebook);
    }

    private static float[] inBias(Klt principal) {
        int dim = principal.inputDim();
        float[] mean = principal.mean();
        float[] basis = principal.basis();
        float[] bias = new float[principal.components()];
        for (int c = 0; c < bias.length; c++) {
            double sum = 0;
            for (int k = 0; k < dim; k++) {
                sum -= (double) basis[c * dim + k] * mean[k];
            }
            bias[c] = (float) sum;
        }
        return bias;
    }

    private Codebook learn(float[] projected) {
        if (normalized) {
            normalizeRows(projected);
        }
        SplitMix64 random = new SplitMix64(seed);
        TrainingSet set = TrainingSet.of(Latents.of(projected.length / codeDim, codeDim, projected))
                .sample((long) codebookSize * maxPointsPerCode, random);
        try (Workers workers = new Workers(threads)) {
            float[] start = ParallelStart.start(set, codebookSize, false, random, workers);
            if (!normalized) {
                return new Lloyd(set, start, false, workers).run(iterations).codebook();
            }
            float[] directions = start;
            for (int it = 0; it < iterations; it++) {
                float[] next = new Lloyd(set, directions.clone(), false, workers)
                        .run(1)
                        .codebook()
                        .toArray();
                normalizeRows(next);
                if (Arrays.equals(next, directions)) {
                    break;
                }
                directions = next;
            }
            giveDirections(directions);
            return Codebook.of(directions.length / codeDim, codeDim, directions);
        }
    }

    /** A code vector of zeros has only zeros as members, which any direction serves. */
    private void giveDirections(float[] codes) {
        for (int from = 0; from < codes.length; from += codeDim) {
            if (dot(codes, from, codes, from) == 0) {
                codes[from] = 1;
            }
        }
    }

    private void normalizeRows(float[] x) {
        for (int from = 0; from < x.length; from += codeDim) {
            double length = Math.sqrt(dot(x, from, x, from));
            for (int k = from; k < from + codeDim && length > 0; k++) {
                x[k] = (float) (x[k] / length);
            }
        }
    }

    private double dot(float[] a, int ao, float[] b, int bo) {
        double sum = 0;
        for (int k = 0; k < codeDim; k++) {
            sum += (double) a[ao + k] * b[bo + k];
        }
        return sum;
    }

    /** Scales each direction to its members' mean product with it; 1 where that is not positive. */
    private Codebook withLengths(Codebook directions, float[] projected, int[] indices) {
        float[] codes = directions.toArray();
        double[] sums = new double[directions.codebookSize()];
        int[] members = new int[sums.length];
        for (int i = 0; i < indices.length; i++) {
            sums[indices[i]] += dot(projected, i * codeDim, codes, indices[i] * codeDim);
            members[indices[i]]++;
        }
        for (int j = 0; j < sums.length; j++) {
            double length = sums[j] > 0 ? sums[j] / members[j] : 1;
            for (int k = 0; k < codeDim; k++) {
                codes[j * codeDim + k] = (float) (codes[j * codeDim + k] * length);
            }
        }
        return Codebook.of(sums.length, codeDim, codes);
    }

    /**
     * Settings; defaults: codeDim 8, 1024 code vectors (as in DAC), 20 iterations, normalized, seed 1, all processors,
     * 256 training vectors per code vector.
     */
    public static final class Builder {
        private int codeDim = 8;
        private int codebookSize = 1024;
        private int iterations = 20;
        private boolean normalized = true;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int maxPointsPerCode = 256;

        private Builder() {}

        /** Dimension of the code vectors, at least 1 and at most that of the vectors. */
        public Builder codeDim(int codeDim) {
            this.codeDim = Checks.requireAtLeast(1, codeDim, "codeDim");
            return this;
        }

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Most k-means updates, at least 0. */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
            return this;
        }

        /** Whether code vectors are clustered and looked up by direction alone. */
        public Builder normalized(boolean normalized) {
            this.normalized = normalized;
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

        /** Size of the k-means sample per code vector, at least 1. */
        public Builder maxPointsPerCode(int maxPointsPerCode) {
            this.maxPointsPerCode = Checks.requireAtLeast(1, maxPointsPerCode, "maxPointsPerCode");
            return this;
        }

        public FactorizedKMeans build() {
            return new FactorizedKMeans(this);
        }
    }
}
