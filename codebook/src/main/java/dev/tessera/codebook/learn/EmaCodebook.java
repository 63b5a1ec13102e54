package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.Objects;

/**
 * A codebook that follows batches by exponential moving averages (van den Oord et al. 2017, appendix A.1; Razavi et al.
 * 2019), the way codebooks of neural codecs are trained while their encoder changes.
 *
 * <p>Each update assigns the batch, moves size_i and sum_i of every code vector by {@code decay x old + (1 - decay) x
 * batch}, sets code_i = sum_i / ((size_i + epsilon) / (N + K epsilon) x N) with N the sum of sizes, and then lets the
 * {@link RevivalPolicy} replace dead code vectors. The start is k-means on a first batch; sizes are the counts in it,
 * sums are code vector times size.
 *
 * <p>Mutable, not for several threads at once. The same batches, seed and settings give the same codebook for any
 * number of threads. O(batch x K x D) per update.
 */
public final class EmaCodebook {
    private static final int START_VECTORS_PER_CODE = 16;

    private final int codebookSize;
    private final double decay;
    private final double epsilon;
    private final RevivalPolicy policy;
    private final long seed;
    private final int threads;
    private final int startIterations;
    private final int batchSize;
    private final int epochs;
    private RunningCodes codes; // null before the start
    private Revival revival;
    private long revived;

    private EmaCodebook(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.decay = builder.decay;
        this.epsilon = builder.epsilon;
        this.policy = builder.revival;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.startIterations = builder.startIterations;
        this.batchSize = builder.batchSize;
        this.epochs = builder.epochs;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Begins anew with k-means on {@code vectors}. With fewer distinct vectors than {@code codebookSize} the codebook
     * is smaller than asked for, and stays so.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public void start(Latents vectors) {
        start(vectors, new SplitMix64(seed));
    }

    private void start(Latents vectors, SplitMix64 random) {
        Codebook first = KMeans.builder()
                .codebookSize(codebookSize)
                .iterations(startIterations)
                .seed(random.nextLong())
                .threads(threads)
                .build()
                .fit(vectors);
        codes = new RunningCodes(first);
        revival = new Revival(policy, codes, random);
        revived = 0;
        try (Workers workers = new Workers(threads)) {
            AssignedBatch batch = AssignedBatch.of(vectors, codes.codes(), workers);
            for (int j = 0; j < codes.codebookSize(); j++) {
                codes.place(j, first.vectors(), j * first.codeDim(), batch.members(j));
            }
        }
    }

    /**
     * Follows one batch.
     *
     * @return mean squared distance of the batch from the codebook before the update
     * @throws IllegalStateException before {@link #start}
     * @throws IllegalArgumentException when the batch is empty, has another dimension or a value that is not finite
     */
    public double update(Latents batch) {
        requireStarted();
        Checks.requireVectors(batch);
        if (batch.dim() != codes.dim()) {
            throw new IllegalArgumentException(
                    "the batch has dim " + batch.dim() + ", the codebook has " + codes.dim());
        }
        try (Workers workers = new Workers(threads)) {
            AssignedBatch assigned = AssignedBatch.of(batch, codes.codes(), workers);
            codes.add(assigned, decay, 1 - decay, workers);
            codes.moveToMeans(epsilon);
            revived += revival.apply(assigned, workers);
            return assigned.distortion();
        }
    }

    /**
     * Starts and follows all vectors in shuffled batches, {@code epochs} times. The start sees 16 vectors per code
     * vector or one batch, whichever is more; sizes are then brought to the scale of a batch.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public Codebook fit(Latents vectors) {
        Checks.requireVectors(vectors);
        SplitMix64 random = new SplitMix64(seed);
        ShuffledBatches batches = new ShuffledBatches(vectors, batchSize, random);
        long wanted = Math.max(batchSize, (long) START_VECTORS_PER_CODE * codebookSize);
        Latents first = batches.first((int) Math.min(wanted, Integer.MAX_VALUE));
        start(first, random);
        codes.scale((double) Math.min(batchSize, vectors.count()) / first.count());
        for (long step = 0; step < (long) epochs * batches.perPass(); step++) {
            update(batches.next());
        }
        return codebook();
    }

    /** The code vectors as they are now. */
    public Codebook codebook() {
        requireStarted();
        return codes.codebook();
    }

    /** The running size of every code vector, {@code [K]}, in vectors per batch. */
    public double[] sizes() {
        requireStarted();
        return codes.sizes();
    }

    /** How many code vectors were revived since the start. */
    public long revived() {
        return revived;
    }

    private void requireStarted() {
        if (codes == null) {
            throw new IllegalStateException("the codebook has not been started");
        }
    }

    /**
     * Settings; defaults: 256 code vectors, decay 0.99, epsilon 1e-5, revival as in Mimi, seed 1, all processors, 50
     * k-means updates for the start; for {@link #fit} 10 epochs of batches of 4096.
     */
    public static final class Builder {
        private int codebookSize = 256;
        private double decay = 0.99;
        private double epsilon = 1e-5;
        private RevivalPolicy revival = RevivalPolicy.relativeUsage();
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();
        private int startIterations = 50;
        private int batchSize = 4096;
        private int epochs = 10;

        private Builder() {}

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Share of the old averages that an update keeps, in [0, 1]. */
        public Builder decay(double decay) {
            this.decay = Checks.requireIn(0, 1, decay, "decay");
            return this;
        }

        /**
         * Laplace smoothing of sizes, in vectors, in [0, 1]. A dead code vector whose size has decayed to the order of
         * epsilon shrinks towards zero, unless it is revived before.
         */
        public Builder epsilon(double epsilon) {
            this.epsilon = Checks.requireIn(0, 1, epsilon, "epsilon");
            return this;
        }

        /** What to do with dead code vectors. */
        public Builder revival(RevivalPolicy revival) {
            this.revival = Objects.requireNonNull(revival, "revival");
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

        /** Most k-means updates of the start, at least 0. */
        public Builder startIterations(int startIterations) {
            this.startIterations = Checks.requireAtLeast(0, startIterations, "startIterations");
            return this;
        }

        /** Vectors per update of {@link #fit}, at least 1. */
        public Builder batchSize(int batchSize) {
            this.batchSize = Checks.requireAtLeast(1, batchSize, "batchSize");
            return this;
        }

        /** Passes over the vectors of {@link #fit}, at least 1. */
        public Builder epochs(int epochs) {
            this.epochs = Checks.requireAtLeast(1, epochs, "epochs");
            return this;
        }

        public EmaCodebook build() {
            return new EmaCodebook(this);
        }
    }
}
