package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.implicit.RandomProjection;
import dev.tessera.codebook.implicit.RandomProjectionQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Covariance;
import dev.tessera.codebook.internal.kernels.Distances;

/**
 * Learns a {@link RandomProjectionQuantizer}. The projection's mean and scale make every dimension of the vectors mean
 * 0 and variance 1, without which few codes are used (Chiu et al. 2022, section 3.1); a constant dimension has scale 0.
 * The table holds the mean of the vectors of each index, which is the least-squares choice for given indices, and the
 * mean of all vectors for an index that none has.
 *
 * <p>The same vectors and seed give the same quantizer for any thread count: sums run in order of row. O(count x (dim +
 * K) x projectedDim) time.
 */
public final class RandomProjectionFit {
    private final int codebookSize;
    private final int projectedDim;
    private final long seed;
    private final int threads;

    private RandomProjectionFit(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.projectedDim = builder.projectedDim;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}. */
    public RandomProjectionQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns scaling and table.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public RandomProjectionResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        double[] mean = Covariance.mean(vectors);
        RandomProjection projection =
                new RandomProjection(seed, codebookSize, projectedDim, toFloat(mean), inverseDeviations(vectors, mean));
        return fitTable(projection, vectors, mean);
    }

    private RandomProjectionResult fitTable(RandomProjection projection, Latents vectors, double[] mean) {
        int d = vectors.dim();
        float[] x = vectors.data();
        int[] indices = projection.assign(vectors, threads);
        int[] usage = new int[codebookSize];
        double[] sums = new double[Math.multiplyExact(codebookSize, d)];
        for (int i = 0; i < indices.length; i++) {
            usage[indices[i]]++;
            for (int t = 0; t < d; t++) {
                sums[indices[i] * d + t] += x[i * d + t];
            }
        }
        int usedCodes = 0;
        float[] table = new float[sums.length];
        for (int j = 0; j < codebookSize; j++) {
            usedCodes += usage[j] > 0 ? 1 : 0;
            for (int t = 0; t < d; t++) {
                table[j * d + t] = (float) (usage[j] > 0 ? sums[j * d + t] / usage[j] : mean[t]);
            }
        }
        double distortion = 0;
        for (int i = 0; i < indices.length; i++) {
            distortion += Distances.squared(x, i * d, table, indices[i] * d, d);
        }
        return new RandomProjectionResult(
                new RandomProjectionQuantizer(projection, Codebook.of(codebookSize, d, table)),
                distortion / indices.length,
                usedCodes);
    }

    private static float[] inverseDeviations(Latents vectors, double[] mean) {
        int d = vectors.dim();
        float[] x = vectors.data();
        double[] squares = new double[d];
        for (int i = 0; i < vectors.count(); i++) {
            for (int t = 0; t < d; t++) {
                double difference = x[i * d + t] - mean[t];
                squares[t] += difference * difference;
            }
        }
        float[] scale = new float[d];
        for (int t = 0; t < d; t++) {
            double deviation = Math.sqrt(squares[t] / vectors.count());
            float inverse = (float) (1 / deviation);
            boolean constant = deviation <= Math.abs(mean[t]) * 0x1p-24; // below the rounding of the values
            scale[t] = constant || !Float.isFinite(inverse) ? 0 : inverse;
        }
        return scale;
    }

    private static float[] toFloat(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    /** Settings; defaults: 8192 codes of 16 dimensions, seed 1, all processors. */
    public static final class Builder {
        private int codebookSize = 8192;
        private int projectedDim = 16;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** K, at least 1. */
        public Builder codebookSize(int codebookSize) {
            this.codebookSize = Checks.requireAtLeast(1, codebookSize, "codebookSize");
            return this;
        }

        /** Dimension of the random codes, at least 1. */
        public Builder projectedDim(int projectedDim) {
            this.projectedDim = Checks.requireAtLeast(1, projectedDim, "projectedDim");
            return this;
        }

        /** Seed of projection and codes. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        public RandomProjectionFit build() {
            return new RandomProjectionFit(this);
        }
    }
}
