package dev.tessera.evalgpl;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.SplitMix64;
import java.util.Arrays;
import java.util.function.Consumer;

/** Shows every vector once per epoch to a learner that takes one at a time, in an order drawn anew for each epoch. */
final class Presentation {
    private final Latents vectors;
    private final int epochs;

    Presentation(Latents vectors, int epochs) {
        if (vectors.count() < 1) {
            throw new IllegalArgumentException("there are no vectors to learn from");
        }
        if ((long) epochs * vectors.count() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("epochs x vectors is " + (long) epochs * vectors.count()
                    + ", must be at most " + Integer.MAX_VALUE);
        }
        this.vectors = vectors;
        this.epochs = epochs;
    }

    /** How many vectors are shown in all. */
    int steps() {
        return epochs * vectors.count();
    }

    void show(long seed, Consumer<double[]> learner) {
        SplitMix64 random = new SplitMix64(seed);
        int[] order = new int[vectors.count()];
        Arrays.setAll(order, i -> i);
        double[] vector = new double[vectors.dim()];
        for (int epoch = 0; epoch < epochs; epoch++) {
            for (int i = order.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
            }
            for (int row : order) {
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = vectors.data()[row * vector.length + d];
                }
                learner.accept(vector);
            }
        }
    }

    /** From {@code first} at step 0 to {@code last} at the last step, by equal factors. */
    double decay(double first, double last, int step) {
        return first * StrictMath.pow(last / first, (double) step / Math.max(1, steps() - 1));
    }

    static int requireAtLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least " + least);
        }
        return value;
    }
}
