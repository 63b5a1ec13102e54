package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;

/** What every learner asks of its vectors. */
final class LearnerInput {
    private LearnerInput() {}

    /** At least one vector, all values finite. */
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

    /** {@code value} when it lies in {@code [least, most]}. */
    static double requireIn(double least, double most, double value, String name) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(name + " is " + value + ", must be in [" + least + ", " + most + "]");
        }
        return value;
    }
}
