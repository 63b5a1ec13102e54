package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link ResidualKMeans} with a codebook size of its own for each stage. With equal sizes both learn the same
 * codebooks.
 *
 * <p>The same vectors, seed and settings give the same codebooks for any thread count.
 */
public final class SizedResidualKMeans {
    private final int[] codebookSizes;
    private final int iterations;
    private final long seed;
    private final int threads;

    private SizedResidualKMeans(Builder builder) {
        this.codebookSizes = builder.codebookSizes;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    /** @param codebookSizes K of each stage, each at least 1, at least 1 stage */
    public static Builder builder(int... codebookSizes) {
        return new Builder(codebookSizes);
    }

    /** The quantizer of {@link #run}. */
    public ResidualQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns all stages.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public ResidualKMeansResult run(Latents vectors) {
        List<Codebook> codebooks = new ArrayList<>();
        List<Double> distortions = new ArrayList<>();
        float[] x = vectors.data().clone();
        Latents residual = Latents.of(vectors.count(), vectors.dim(), x);
        SplitMix64 seeds = new SplitMix64(seed);
        for (int codebookSize : codebookSizes) {
            Codebook codebook = KMeans.builder()
                    .codebookSize(codebookSize)
                    .iterations(iterations)
                    .seed(seeds.nextLong())
                    .threads(threads)
                    .build()
                    .fit(residual);
            VectorQuantizer stage = new VectorQuantizer(codebook);
            Latents quantized = stage.dequantize(stage.quantize(residual, threads), residual.count());
            codebooks.add(codebook);
            distortions.add(Distortions.between(residual, quantized));
            for (int i = 0; i < x.length; i++) {
                x[i] -= quantized.data()[i];
            }
        }
        return new ResidualKMeansResult(new ResidualQuantizer(codebooks), distortions);
    }

    /** Settings; defaults: 20 iterations, seed 1, all processors. */
    public static final class Builder {
        private final int[] codebookSizes;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder(int[] codebookSizes) {
            if (codebookSizes.length == 0) {
                throw new IllegalArgumentException("codebookSizes is empty, there must be at least 1 stage");
            }
            for (int codebookSize : codebookSizes) {
                Checks.requireAtLeast(1, codebookSize, "a value of codebookSizes");
            }
            this.codebookSizes = codebookSizes.clone();
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

        public SizedResidualKMeans build() {
            return new SizedResidualKMeans(this);
        }
    }
}
