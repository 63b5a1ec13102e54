package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.Checks;

/**
 * How {@link LinearProjection} trains.
 *
 * @param epochs passes over the latents, at least 0
 * @param batchSize latents per step, at least 1
 * @param learningRate Adam's, finite and above 0
 * @param threads at least 1; the result does not depend on it
 */
record ProjectionSettings(int epochs, int batchSize, double learningRate, int threads) {
    ProjectionSettings {
        Checks.requireAtLeast(0, epochs, "epochs");
        Checks.requireAtLeast(1, batchSize, "batchSize");
        Checks.requireAtLeast(1, threads, "threads");
        if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "learningRate is " + learningRate + ", must be finite and greater than 0");
        }
    }
}
