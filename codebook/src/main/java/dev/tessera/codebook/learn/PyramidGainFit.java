package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.implicit.PyramidVectorQuantizer;
import dev.tessera.codebook.internal.Checks;

/**
 * Learns the gains of a {@link PyramidVectorQuantizer}: k-means of the least-squares gains by Lloyd's updates from
 * equally spaced values. The squared error of a vector is that of its gain plus a part that no gain changes, so this
 * lowers the distortion itself. Nothing is random; the same vectors give the same gains for any thread count.
 */
public final class PyramidGainFit {
    private final int pulses;
    private final int gainLevels;
    private final int iterations;
    private final int threads;

    private PyramidGainFit(Builder builder) {
        this.pulses = builder.pulses;
        this.gainLevels = builder.gainLevels;
        this.iterations = builder.iterations;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Learns the gains; they are ascending.
     *
     * @throws IllegalArgumentException when there are no vectors or a value is not finite
     */
    public PyramidVectorQuantizer fit(Latents vectors) {
        Checks.requireVectors(vectors);
        PyramidVectorQuantizer directions = new PyramidVectorQuantizer(vectors.dim(), pulses);
        ScalarLloyd lloyd = new ScalarLloyd(directions.leastSquaresGains(vectors, threads));
        float[] start = ScalarLloyd.linspace(lloyd.least(), lloyd.largest(), gainLevels);
        return directions.withGains(lloyd.run(start, iterations).values());
    }

    /** Settings; defaults: 8 pulses, 16 gains, 100 iterations, all processors. */
    public static final class Builder {
        private int pulses = 8;
        private int gainLevels = 16;
        private int iterations = 100;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** K, at least 1. */
        public Builder pulses(int pulses) {
            this.pulses = Checks.requireAtLeast(1, pulses, "pulses");
            return this;
        }

        /** Number of gains, at least 1. */
        public Builder gainLevels(int gainLevels) {
            this.gainLevels = Checks.requireAtLeast(1, gainLevels, "gainLevels");
            return this;
        }

        /** Most updates to make, at least 0 (0: equally spaced gains). */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        public PyramidGainFit build() {
            return new PyramidGainFit(this);
        }
    }
}
