package dev.tessera.codebook;

import dev.tessera.codebook.internal.MultinomialResampler;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * Bootstrap percentile intervals (Efron 1979) of usage statistics: N tokens are drawn with replacement from the N
 * counted ones, again and again, and the interval holds the middle part of the statistics of the draws.
 *
 * <p>The tokens are taken as independent; those of one file are not, and the intervals are then too narrow. A resample
 * is an exact multinomial draw made from Poisson numbers, O(used + sqrt N); the same counts, seed and settings give the
 * same intervals for any thread count.
 */
public final class BootstrapUsage {
    private static final int TABULATED = 1 << 16;

    private final int resamples;
    private final double confidence;
    private final long seed;
    private final int threads;

    private BootstrapUsage(Builder builder) {
        this.resamples = builder.resamples;
        this.confidence = builder.confidence;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * The intervals of {@code counts}.
     *
     * @param counts one for each of the K indices, at least 0, not all 0
     */
    public UsageIntervals run(long[] counts) {
        CodebookUsage usage = CodebookUsage.of(counts);
        if (usage.tokens() == 0) {
            throw new IllegalArgumentException("all counts are 0, there must be at least 1 token");
        }
        // The statistics do not depend on which index has which count, and sorted counts keep the tables in the cache.
        long[] hit = Arrays.stream(counts).filter(c -> c > 0).sorted().toArray();
        MultinomialResampler resampler = new MultinomialResampler(hit);
        double[] table = new double[TABULATED];
        Arrays.setAll(table, BootstrapUsage::xLog2x);
        SplitMix64 random = new SplitMix64(seed);
        long[] seeds = new long[resamples];
        Arrays.setAll(seeds, r -> random.nextLong());
        double[] utilization = new double[resamples];
        double[] entropy = new double[resamples];
        double[] perplexity = new double[resamples];
        try (Workers workers = new Workers(threads)) {
            workers.run(resamples, r -> {
                long[] resampled = new long[hit.length];
                resampler.draw(new SplitMix64(seeds[r]), resampled);
                int used = 0;
                double sum = 0;
                for (long c : resampled) {
                    used += c > 0 ? 1 : 0;
                    sum += c < TABULATED ? table[(int) c] : xLog2x((double) c);
                }
                double n = (double) usage.tokens();
                utilization[r] = (double) used / counts.length;
                entropy[r] = Math.max(0, (xLog2x(n) - sum) / n);
                perplexity[r] = StrictMath.pow(2, entropy[r]);
            });
        }
        return new UsageIntervals(
                usage,
                interval(usage.utilization(), utilization),
                interval(usage.entropyBits(), entropy),
                interval(usage.perplexity(), perplexity));
    }

    private static double xLog2x(double x) {
        return x == 0 ? 0 : x * (StrictMath.log(x) / StrictMath.log(2));
    }

    private UsageInterval interval(double estimate, double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        Arrays.sort(values);
        double tail = (1 - confidence) / 2;
        return new UsageInterval(estimate, mean, quantile(values, tail), quantile(values, 1 - tail));
    }

    /** Linear between the order statistics, the first is quantile 0 and the last quantile 1. */
    private static double quantile(double[] sorted, double q) {
        double place = q * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** Settings; defaults: 1000 resamples, confidence 0.95, seed 1, all processors. */
    public static final class Builder {
        private int resamples = 1000;
        private double confidence = 0.95;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** Draws to make, at least 1. */
        public Builder resamples(int resamples) {
            if (resamples < 1) {
                throw new IllegalArgumentException("resamples is " + resamples + ", must be at least 1");
            }
            this.resamples = resamples;
            return this;
        }

        /** Share of the draws that lie in the interval, in (0, 1). */
        public Builder confidence(double confidence) {
            if (!(confidence > 0 && confidence < 1)) {
                throw new IllegalArgumentException("confidence is " + confidence + ", must be in (0, 1)");
            }
            this.confidence = confidence;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            if (threads < 1) {
                throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
            }
            this.threads = threads;
            return this;
        }

        public BootstrapUsage build() {
            return new BootstrapUsage(this);
        }
    }
}
