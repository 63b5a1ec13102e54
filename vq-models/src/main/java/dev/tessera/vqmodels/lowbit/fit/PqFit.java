package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.PqWeights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Objects;
import java.util.Optional;

/**
 * Product quantization of weights: a codebook of up to 256 for every subspace of inputs, or one for all, by k-means
 * where a weight counts
 * by its {@link Importance}. Each row is over its root mean square first, and counts with the square of it.
 *
 * <p>A codebook for every subspace takes 256 x cols numbers of 16 bits: as much as the codes of 4096 rows of 1 bit a
 * weight. O(iterations
 * x weights x codebook size). The same result for any number of threads.
 */
public final class PqFit {
    private final int dim;
    private final int codebookSize;
    private final boolean shared;
    private final Importance importance;
    private final Optional<Hessian> inputs;
    private final int iterations;
    private final long seed;
    private final int threads;

    private PqFit(Builder builder) {
        this.dim = builder.dim;
        this.codebookSize = builder.codebookSize;
        this.shared = builder.shared;
        this.importance = builder.importance;
        this.inputs = builder.inputs;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    public PqWeights quantize(WeightMatrix matrix) {
        int subspaces = (matrix.cols() - 1) / dim + 1;
        int books = shared ? 1 : subspaces;
        float[][] tables = new float[books][];
        try (Workers workers = new Workers(threads)) {
            WeightVectors vectors = new WeightVectors(matrix, dim, importance(workers));
            workers.run(
                    books,
                    book -> tables[book] = vectors.codebook(
                            0,
                            matrix.rows(),
                            shared ? 0 : book,
                            shared ? subspaces : book + 1,
                            codebookSize,
                            iterations,
                            seed,
                            shared ? threads : 1));
            int size = 1;
            for (float[] table : tables) {
                size = Math.max(size, table.length / dim);
            }
            float[] codebooks = new float[Math.multiplyExact(books, size * dim)];
            for (int book = 0; book < books; book++) {
                float[] full = WeightVectors.fill(tables[book], size, dim);
                System.arraycopy(full, 0, codebooks, book * full.length, full.length);
            }
            if (inputs.isPresent()) {
                VectorDescent descent =
                        new VectorDescent(matrix, inputs.get(), dim, matrix.rows(), codebooks, vectors.scales());
                descent.run(workers);
                return PqWeights.of(
                        matrix.rows(), matrix.cols(), dim, size, shared, codebooks, descent.codes(), descent.scales());
            }
            byte[] codes = vectors.assign((_, vector) -> shared ? 0 : vector, codebooks, size, workers);
            return PqWeights.of(matrix.rows(), matrix.cols(), dim, size, shared, codebooks, codes, vectors.scales());
        }
    }

    private Importance importance(Workers workers) {
        return inputs.map(hessian -> Importance.ofInputs(VectorDescent.importance(hessian, workers)))
                .orElse(importance);
    }

    /**
     * Settings; defaults: subspaces of 8 inputs, 256 codes each, equal importance, 20 iterations, seed 1, all
     * processors.
     */
    public static final class Builder {
        private int dim = 8;
        private int codebookSize = PqWeights.MOST_CODES;
        private boolean shared;
        private Importance importance = Importance.EQUAL;
        private Optional<Hessian> inputs = Optional.empty();
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** Inputs of a subspace, in [1, 64]. */
        public Builder dim(int dim) {
            this.dim = (int) Checks.requireIn(1, PqWeights.MOST_DIM, dim, "dim");
            return this;
        }

        /** Most code vectors of a codebook, in [1, 256]. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = (int) Checks.requireIn(1, PqWeights.MOST_CODES, codebookSize, "codebookSize");
            return this;
        }

        /** Whether all subspaces use one codebook. */
        public Builder shared(boolean shared) {
            this.shared = shared;
            return this;
        }

        public Builder importance(Importance importance) {
            this.importance = Objects.requireNonNull(importance, "importance");
            return this;
        }

        /**
         * Codes, scales and codebooks that make up for each other's errors in the output: error compensation from vector to vector and
         * then all in turn (Liu et al. 2024, Egiazarian et al. 2024). Replaces {@link #importance}; only for {@link #shared} codebooks.
         */
        public Builder inputs(Hessian hessian) {
            this.inputs = Optional.of(hessian);
            return this;
        }

        /** Most updates of k-means, at least 0. */
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

        public PqFit build() {
            if (inputs.isPresent() && !shared) {
                throw new IllegalArgumentException("shared is false, must be true with inputs");
            }
            return new PqFit(this);
        }
    }
}
