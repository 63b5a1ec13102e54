package dev.tessera.codebook.learn;

import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Columns;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.ArrayList;
import java.util.List;

/**
 * Learns group-residual vector quantization (HiFi-Codec, Yang et al. 2023): consecutive groups of dimensions, each with
 * the residual stages of {@link ResidualKMeans}.
 *
 * <p>The same vectors, seed and settings give the same codebooks for any thread count.
 */
public final class GroupedResidualKMeans {
    private final Partition groups;
    private final int stages;
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;

    private GroupedResidualKMeans(Builder builder) {
        this.groups = builder.groups;
        this.stages = builder.stages;
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Learns all groups; each holds a {@link dev.tessera.codebook.ResidualQuantizer}.
     *
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or the vectors cannot be cut so
     */
    public GroupedQuantizer fit(Latents vectors) {
        List<Quantizer> quantizers = new ArrayList<>();
        SplitMix64 seeds = new SplitMix64(seed);
        int first = 0;
        for (int width : groups.dims(vectors.dim())) {
            quantizers.add(ResidualKMeans.builder()
                    .stages(stages)
                    .codebookSize(codebookSize)
                    .iterations(iterations)
                    .seed(seeds.nextLong())
                    .threads(threads)
                    .build()
                    .fit(Columns.slice(vectors, first, width)));
            first += width;
        }
        return new GroupedQuantizer(quantizers);
    }

    /** Settings; defaults as in HiFi-Codec: 2 groups of 2 stages of 1024; 20 iterations, seed 1, all processors. */
    public static final class Builder {
        private Partition groups = Partition.even(2, "groups");
        private int stages = 2;
        private int codebookSize = 1024;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /**
         * Number of groups, at least 1; their dimensions differ by at most 1, the larger first. Undoes {@link #dims}.
         */
        public Builder groups(int groups) {
            this.groups = Partition.even(groups, "groups");
            return this;
        }

        /** Dimensions of the groups, each at least 1, with the vectors' dim as sum. Undoes {@link #groups}. */
        public Builder dims(int... dims) {
            this.groups = Partition.of(dims);
            return this;
        }

        /** Stages of every group, at least 1. */
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

        /** The groups' seeds are drawn from it in order. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        public GroupedResidualKMeans build() {
            return new GroupedResidualKMeans(this);
        }
    }
}
