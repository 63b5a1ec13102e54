package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;

/** Training sets of learners that start k-means themselves. */
final class Training {
    private Training() {}

    /** All vectors, each of weight 1. */
    static TrainingSet of(Latents vectors) {
        return new TrainingSet(vectors.dim(), vectors.count(), vectors.data(), null);
    }

    /** At least one vector, and finite values only. */
    static void check(Latents vectors) {
        if (vectors.count() < 1) {
            throw new IllegalArgumentException("there are no vectors to learn from");
        }
        float[] x = vectors.data();
        for (int i = 0; i < x.length; i++) {
            if (!Float.isFinite(x[i])) {
                throw new IllegalArgumentException("vector " + i / vectors.dim() + " has the value " + x[i]
                        + " in dimension " + i % vectors.dim() + ", must be finite");
            }
        }
    }
}
