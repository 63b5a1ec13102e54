package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;

/** Checks of training vectors. */
final class FitChecks {
    private FitChecks() {}

    /** At least one vector, all values finite. */
    static void requireVectors(Latents vectors) {
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
