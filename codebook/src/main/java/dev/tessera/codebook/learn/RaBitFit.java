package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.implicit.RaBitQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Covariance;

/**
 * Learns a {@link RaBitQuantizer}: the centre is the mean of the vectors, the gains are 0 and a geometric sequence from
 * the smallest to the largest least-squares gain, so that the relative error is the same at every length. Gains below
 * 2^-16 of the largest do not stretch the sequence. When no vector differs from the mean the only gain is 0.
 *
 * <p>The same vectors and seed give the same quantizer for any thread count. O(count x dim^2 + dim^3) time.
 */
public final class RaBitFit {
    private static final double LEAST_RATIO = 0x1p-16;

    private final int gainLevels;
    private final long seed;
    private final int threads;

    private RaBitFit(Builder builder) {
        this.gainLevels = builder.gainLevels;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Learns centre and gains.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public RaBitQuantizer fit(Latents vectors) {
        Checks.requireVectors(vectors);
        double[] mean = Covariance.mean(vectors);
        float[] centre = new float[mean.length];
        for (int d = 0; d < centre.length; d++) {
            centre[d] = (float) mean[d];
        }
        RaBitQuantizer directions = new RaBitQuantizer(centre, new float[1], seed);
        return directions.withGains(gainTable(directions.leastSquaresGains(vectors, threads)));
    }

    private float[] gainTable(float[] gains) {
        float largest = 0;
        for (float gain : gains) {
            largest = Math.max(largest, gain);
        }
        if (largest == 0) {
            return new float[1];
        }
        float least = largest;
        for (float gain : gains) {
            if (gain >= largest * LEAST_RATIO) {
                least = Math.min(least, gain);
            }
        }
        if (least == largest) {
            return new float[] {0, largest};
        }
        float[] table = new float[gainLevels];
        double log = StrictMath.log((double) largest / least);
        for (int k = 1; k < gainLevels; k++) {
            double at = gainLevels == 2 ? 0.5 : (k - 1) / (gainLevels - 2.0);
            table[k] = (float) (least * StrictMath.exp(at * log));
        }
        return table;
    }

    /** Settings; defaults: 256 gains, seed 1, all processors. */
    public static final class Builder {
        private int gainLevels = 256;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** Number of gains, 0 among them, at least 2. */
        public Builder gainLevels(int gainLevels) {
            this.gainLevels = Checks.requireAtLeast(2, gainLevels, "gainLevels");
            return this;
        }

        /** Seed of the rotation. */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        public RaBitFit build() {
            return new RaBitFit(this);
        }
    }
}
