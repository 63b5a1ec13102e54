package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.SplitMix64;

/**
 * Endless batches of vectors: in each pass every vector once, in a new order; the last batch of a pass may be smaller.
 */
final class ShuffledBatches {
    private final Latents vectors;
    private final int batchSize;
    private final SplitMix64 random;
    private final int[] order;
    private int next;

    ShuffledBatches(Latents vectors, int batchSize, SplitMix64 random) {
        this.vectors = vectors;
        this.batchSize = batchSize;
        this.random = random;
        this.order = new int[vectors.count()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        shuffle();
    }

    /** Batches of one pass. */
    int perPass() {
        return (int) (((long) order.length + batchSize - 1) / batchSize);
    }

    Latents next() {
        if (next == order.length) {
            shuffle();
            next = 0;
        }
        int from = next;
        next = (int) Math.min((long) from + batchSize, order.length);
        return rows(from, next);
    }

    /** The first {@code count} vectors of the present order, or all. */
    Latents first(int count) {
        return rows(0, Math.min(count, order.length));
    }

    private Latents rows(int from, int to) {
        int d = vectors.dim();
        float[] x = new float[Math.multiplyExact(to - from, d)];
        for (int i = from; i < to; i++) {
            System.arraycopy(vectors.data(), order[i] * d, x, (i - from) * d, d);
        }
        return Latents.of(to - from, d, x);
    }

    /** Fisher and Yates. */
    private void shuffle() {
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int row = order[i];
            order[i] = order[other];
            order[other] = row;
        }
    }
}
