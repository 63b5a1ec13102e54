package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Columns;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Learns a {@link ProductQuantizer} (Jegou, Douze and Schmid 2011): a {@link KMeans} codebook for each subspace of
 * consecutive dimensions.
 *
 * <p>The same vectors, seed and settings give the same codebooks for any thread count.
 */
public final class ProductKMeans {
    private final Partition subspaces;
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;
    private final KMeansStart start;

    private ProductKMeans(Builder builder) {
        this.subspaces = builder.subspaces;
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.start = builder.start;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}. */
    public ProductQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns the codebooks of all subspaces. A subspace with few distinct vectors gets a smaller codebook, see {@link
     * KMeans}.
     *
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or the vectors cannot be cut so
     */
    public ProductKMeansResult run(Latents vectors) {
        List<Codebook> codebooks = new ArrayList<>();
        List<Double> distortions = new ArrayList<>();
        SplitMix64 seeds = new SplitMix64(seed);
        int first = 0;
        for (int width : subspaces.dims(vectors.dim())) {
            Latents part = Columns.slice(vectors, first, width);
            Codebook codebook = KMeans.builder()
                    .codebookSize(codebookSize)
                    .iterations(iterations)
                    .seed(seeds.nextLong())
                    .threads(threads)
                    .start(start)
                    .build()
                    .fit(part);
            VectorQuantizer quantizer = new VectorQuantizer(codebook);
            codebooks.add(codebook);
            distortions.add(
                    Distortions.between(part, quantizer.dequantize(quantizer.quantize(part, threads), part.count())));
            first += width;
        }
        return new ProductKMeansResult(new ProductQuantizer(codebooks), distortions);
    }

    /** Settings; defaults: 8 subspaces of 256 code vectors, 20 iterations, seed 1, all processors, k-means|| start. */
    public static final class Builder {
        private Partition subspaces = Partition.even(8, "subspaces");
        private int codebookSize = 256;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private KMeansStart start = KMeansStart.PARALLEL;

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

        /** Most k-means updates per subspace, at least 0. */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
            return this;
        }

        /** The subspaces' seeds are drawn from it in order. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        /** How k-means chooses its first centroids. */
        public Builder start(KMeansStart start) {
            this.start = Objects.requireNonNull(start, "start");
            return this;
        }

        public ProductKMeans build() {
            return new ProductKMeans(this);
        }
    }
}
