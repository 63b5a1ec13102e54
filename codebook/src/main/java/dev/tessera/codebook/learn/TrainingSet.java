package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.SplitMix64;

/**
 * Vectors to learn from.
 *
 * @param x {@code [count x dim]}, row-major
 * @param weights {@code [count]}, or null: every vector weighs 1
 */
record TrainingSet(int dim, int count, float[] x, float[] weights) {
    /** All vectors, each of weight 1. */
    static TrainingSet of(Latents vectors) {
        return new TrainingSet(vectors.dim(), vectors.count(), vectors.data(), null);
    }

    double weight(int i) {
        return weights == null ? 1 : weights[i];
    }

    /** At most {@code most} of the vectors, drawn without replacement and kept in order (Knuth, algorithm 3.4.2 S). */
    TrainingSet sample(long most, SplitMix64 random) {
        if (count <= most) {
            return this;
        }
        int wanted = (int) most;
        float[] sampled = new float[Math.multiplyExact(wanted, dim)];
        float[] sampledWeights = weights == null ? null : new float[wanted];
        int taken = 0;
        for (int i = 0; taken < wanted; i++) {
            if (random.nextInt(count - i) >= wanted - taken) {
                continue;
            }
            System.arraycopy(x, i * dim, sampled, taken * dim, dim);
            if (weights != null) {
                sampledWeights[taken] = weights[i];
            }
            taken++;
        }
        return new TrainingSet(dim, wanted, sampled, sampledWeights);
    }
}
