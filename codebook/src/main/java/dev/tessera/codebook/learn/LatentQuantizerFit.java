package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.implicit.LatentQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Learns the values of a {@link LatentQuantizer}: k-means of every dimension by itself, Lloyd's updates over all
 * samples from equally spaced values. Nothing is random, so the same vectors give the same values for any thread count.
 *
 * <p>The values start between the least and the largest sample of their dimension, or in a {@link Builder#startRange
 * range} for all. A level without samples takes a half of the cell with the largest distortion. In a dimension with no
 * more distinct samples than levels each sample is a value, and the largest is repeated. Values come out ascending.
 *
 * <p>O(dim x (count log count + iterations x levels log count)) time.
 */
public final class LatentQuantizerFit {
    private final int[] levels;
    private final int iterations;
    private final int threads;
    private final float[] startRange; // low and high, empty for the range of the samples

    private LatentQuantizerFit(Builder builder) {
        this.levels = builder.levels;
        this.iterations = builder.iterations;
        this.threads = builder.threads;
        this.startRange = builder.startRange;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The quantizer of {@link #run}. */
    public LatentQuantizer fit(Latents vectors) {
        return run(vectors).quantizer();
    }

    /**
     * Learns the values of all dimensions.
     *
     * @throws IllegalArgumentException when there are no vectors, a value is not finite or the levels do not fit the
     *     dimension
     */
    public LatentQuantizerResult run(Latents vectors) {
        Checks.requireVectors(vectors);
        int dim = vectors.dim();
        if (levels.length != 1 && levels.length != dim) {
            throw new IllegalArgumentException(
                    "levels has " + levels.length + " values, must have 1 or the dim of the vectors, " + dim);
        }
        ScalarLloyd.Result[] results = new ScalarLloyd.Result[dim];
        try (Workers workers = new Workers(threads)) {
            workers.run(dim, d -> results[d] = fitDimension(vectors, d, levels[levels.length == 1 ? 0 : d]));
        }
        float[][] values = new float[dim][];
        Arrays.setAll(values, d -> results[d].values());
        List<Double> distortions =
                IntStream.range(0, dim).mapToObj(d -> results[d].distortion()).toList();
        boolean converged = Arrays.stream(results).allMatch(ScalarLloyd.Result::converged);
        int repairs =
                Arrays.stream(results).mapToInt(ScalarLloyd.Result::repairs).sum();
        return new LatentQuantizerResult(new LatentQuantizer(values), distortions, converged, repairs);
    }

    private ScalarLloyd.Result fitDimension(Latents vectors, int d, int count) {
        float[] samples = new float[vectors.count()];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = vectors.data()[i * vectors.dim() + d];
        }
        ScalarLloyd lloyd = new ScalarLloyd(samples);
        boolean given = startRange.length > 0;
        float low = given ? startRange[0] : lloyd.least();
        float high = given ? startRange[1] : lloyd.largest();
        return lloyd.run(ScalarLloyd.linspace(low, high, count), iterations);
    }

    /** Settings; defaults: 10 levels in every dimension, 100 iterations, all processors, start over the samples. */
    public static final class Builder {
        private int[] levels = {10};
        private int iterations = 100;
        private int threads = Runtime.getRuntime().availableProcessors();
        private float[] startRange = {};

        private Builder() {}

        /** Number of values, each at least 1: one number for every dimension alike, or one per dimension. */
        public Builder levels(int... levels) {
            Checks.requireAtLeast(1, levels.length, "the length of levels");
            for (int level : levels) {
                Checks.requireAtLeast(1, level, "levels");
            }
            this.levels = levels.clone();
            return this;
        }

        /** Most updates to make, at least 0 (0: the equally spaced values). */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        /** Starts with equal steps from {@code low} to {@code high}, finite, low at most high; -0.5 and 0.5 in QLAE. */
        public Builder startRange(float low, float high) {
            if (!(low <= high && Float.isFinite(low) && Float.isFinite(high))) {
                throw new IllegalArgumentException(
                        "startRange is [" + low + ", " + high + "], must be finite, low at most high");
            }
            this.startRange = new float[] {low, high};
            return this;
        }

        public LatentQuantizerFit build() {
            return new LatentQuantizerFit(this);
        }
    }
}
