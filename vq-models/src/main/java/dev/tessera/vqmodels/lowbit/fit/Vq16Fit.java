package dev.tessera.vqmodels.lowbit.fit;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.lowbit.Vq16Weights;
import dev.tessera.vqmodels.lowbit.WeightMatrix;
import java.util.Objects;
import java.util.Optional;

/**
 * Codebooks of 16 for vectors of weights, by k-means where a weight counts by its {@link Importance}. Each row is over
 * its root mean
 * square first, and counts with the square of it.
 *
 * <p>With {@link #sensitivity} it is the non-uniform quantization of SqueezeLLM (Kim et al. 2024, equation 4): one
 * codebook of 16
 * scalars for every row. k-means weighs a vector with the sum over its weights; codes are chosen with each weight's
 * own.
 *
 * <p>O(iterations x weights x 16). The same result for any number of threads.
 */
public final class Vq16Fit {
    private final int dim;
    private final int rowsPerCodebook;
    private final Importance importance;
    private final Optional<Hessian> inputs;
    private final int iterations;
    private final long seed;
    private final int threads;

    private Vq16Fit(Builder builder) {
        this.dim = builder.dim;
        this.rowsPerCodebook = builder.rowsPerCodebook;
        this.importance = builder.importance;
        this.inputs = builder.inputs;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Sensitivity-weighted k-means: 16 values for every row. */
    public static Builder sensitivity(Importance importance) {
        return builder().dim(1).rowsPerCodebook(1).importance(importance);
    }

    public Vq16Weights quantize(WeightMatrix matrix) {
        int perBook = rowsPerCodebook == 0 ? matrix.rows() : Math.min(rowsPerCodebook, matrix.rows());
        int books = (matrix.rows() - 1) / perBook + 1;
        float[] codebooks = new float[books * Vq16Weights.CODEBOOK_SIZE * dim];
        try (Workers workers = new Workers(threads)) {
            WeightVectors vectors = new WeightVectors(matrix, dim, importance(workers));
            workers.run(books, book -> {
                int from = book * perBook;
                int to = Math.min(from + perBook, matrix.rows());
                float[] table = vectors.codebook(
                        from,
                        to,
                        0,
                        vectors.vectors(),
                        Vq16Weights.CODEBOOK_SIZE,
                        iterations,
                        seed,
                        books == 1 ? threads : 1);
                float[] full = WeightVectors.fill(table, Vq16Weights.CODEBOOK_SIZE, dim);
                System.arraycopy(full, 0, codebooks, book * full.length, full.length);
            });
            if (inputs.isPresent()) {
                VectorDescent descent =
                        new VectorDescent(matrix, inputs.get(), dim, perBook, codebooks, vectors.scales());
                descent.run(workers);
                return Vq16Weights.of(
                        matrix.rows(), matrix.cols(), dim, perBook, codebooks, descent.codes(), descent.scales());
            }
            byte[] codes = vectors.assign((row, _) -> row / perBook, codebooks, Vq16Weights.CODEBOOK_SIZE, workers);
            return Vq16Weights.of(matrix.rows(), matrix.cols(), dim, perBook, codebooks, codes, vectors.scales());
        }
    }

    private Importance importance(Workers workers) {
        return inputs.map(hessian -> Importance.ofInputs(VectorDescent.importance(hessian, workers)))
                .orElse(importance);
    }

    /** Settings; defaults: vectors of 2, one codebook, equal importance, 20 iterations, seed 1, all processors. */
    public static final class Builder {
        private int dim = 2;
        private int rowsPerCodebook;
        private Importance importance = Importance.EQUAL;
        private Optional<Hessian> inputs = Optional.empty();
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** Weights of a vector: 1, 2 or 4; a code of 4 bits stands for so many. */
        public Builder dim(int dim) {
            if (dim != 1 && dim != 2 && dim != 4) {
                throw new IllegalArgumentException("dim is " + dim + ", must be 1, 2 or 4");
            }
            this.dim = dim;
            return this;
        }

        /** Consecutive rows that share a codebook, at least 0; 0 for all. */
        public Builder rowsPerCodebook(int rowsPerCodebook) {
            this.rowsPerCodebook = Checks.requireAtLeast(0, rowsPerCodebook, "rowsPerCodebook");
            return this;
        }

        public Builder importance(Importance importance) {
            this.importance = Objects.requireNonNull(importance, "importance");
            return this;
        }

        /**
         * Codes, scales and codebooks that make up for each other's errors in the output: error compensation from vector to vector and
         * then all in turn (Liu et al. 2024, Egiazarian et al. 2024). Replaces {@link #importance}.
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

        public Vq16Fit build() {
            return new Vq16Fit(this);
        }
    }
}
