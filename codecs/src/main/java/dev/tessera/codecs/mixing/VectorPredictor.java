package dev.tessera.codecs.mixing;

import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Predicts the vector at a position from the vectors of its neighbours: one linear map, learnt on line by normalized
 * least mean squares (Widrow and Hoff 1960; the step is divided by the squared length of the input), in integers.
 */
final class VectorPredictor {
    private static final int WEIGHT_BITS = 20;
    private static final int WEIGHT_LIMIT = 4 << WEIGHT_BITS;
    private static final int STEP = 3; // of 128: .023, from .003 to .03 the later values were the better ones
    private static final int GAIN_LIMIT = 1 << 17;

    private final int dim;
    private final int[][] weights; // [dim][width]: rows of their own, for loops that the compiler vectorizes
    private final int[] inputs;
    private final int[] predicted;
    private final long regularization;

    /**
     * @param power mean squared length of a neighbour's vector
     * @param initial what each neighbour weighs at the start, in 1/256
     */
    VectorPredictor(int dim, long power, int[] initial) {
        this.dim = dim;
        int used = initial.length * dim + 1;
        int width = used + 7 & -8;
        this.weights = new int[dim][width];
        this.inputs = new int[width];
        this.predicted = new int[dim];
        this.regularization = power * initial.length / 16 + 1;
        for (int n = 0; n < initial.length; n++) {
            for (int d = 0; d < dim; d++) {
                weights[d][n * dim + d] = initial[n] << WEIGHT_BITS - 8;
            }
        }
        inputs[used - 1] = (int) PrincipalAxes.root(power / dim) + 1;
    }

    /** What was learnt, live. */
    Stream<Learnt> state() {
        return Arrays.stream(weights).map(values -> Learnt.within(WEIGHT_LIMIT, values));
    }

    /** Where the neighbours' vectors go, one after the other. */
    int[] inputs() {
        return inputs;
    }

    int[] predict() {
        for (int d = 0; d < dim; d++) {
            int sum = dot(weights[d], inputs);
            predicted[d] = LogisticTables.clamp(sum >> WEIGHT_BITS - 12, Geometry.VECTOR_LIMIT);
        }
        return predicted;
    }

    /** @param vectors {@code actual} is read from {@code offset} on */
    void learn(int[] vectors, int offset) {
        long norm = regularization;
        for (int v : inputs) {
            norm += (long) v * v;
        }
        long reciprocal = ((long) STEP << 45) / norm; // step x 2^12 x 2^40 / norm
        for (int d = 0; d < dim; d++) {
            long error = vectors[offset + d] - predicted[d];
            int gain = (int) Math.max(-GAIN_LIMIT, Math.min(GAIN_LIMIT, error * reciprocal >> 20));
            train(weights[d], inputs, gain);
        }
    }

    private static int dot(int[] row, int[] inputs) {
        int sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += (row[i] >> 6) * inputs[i] >> 6;
        }
        return sum;
    }

    private static void train(int[] row, int[] inputs, int gain) {
        for (int i = 0; i < row.length; i++) {
            int moved = row[i] + (gain * (inputs[i] >> 1) + (1 << 10) >> 11);
            row[i] = Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT, moved));
        }
    }
}
