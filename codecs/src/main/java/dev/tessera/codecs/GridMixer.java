package dev.tessera.codecs;

import java.util.Arrays;

/**
 * Logistic mixing of binary predictions in integers (the gated linear mixing of Mattern 2012, as the PAQ compressors use
 * it): p = squash(sum of weight x stretch(p_i)), two weight sets whose results are averaged, trained on line by the
 * coding error.
 */
final class GridMixer {
    private static final int INPUTS = GridPrior.CONTEXTS + 1; // and a constant
    private static final int BIAS_INPUT = 256;
    private static final int MAX_DEPTH = 21;
    private static final int NEIGHBOUR_SETS = 16;
    private static final int LEARNING_RATE = 20;

    private final int stages;
    private final int[] weights; // [depthSets + neighbourSets][INPUTS]
    private final int[] inputs = new int[INPUTS];
    private int firstSet;
    private int secondSet;
    private int firstProbability;
    private int secondProbability;

    GridMixer(GridSpec spec, int[] weights) {
        this.stages = spec.stages();
        this.weights = weights.clone();
        inputs[INPUTS - 1] = BIAS_INPUT;
    }

    static int weightCount(GridSpec spec) {
        return spec.stages() * (MAX_DEPTH + NEIGHBOUR_SETS) * INPUTS;
    }

    static int[] initialWeights(GridSpec spec) {
        int[] weights = new int[weightCount(spec)];
        Arrays.fill(weights, 65536 * 3 / 10);
        for (int i = INPUTS - 1; i < weights.length; i += INPUTS) {
            weights[i] = 0;
        }
        return weights;
    }

    int[] weights() {
        return weights.clone();
    }

    void input(int context, int stretched) {
        inputs[context] = stretched;
    }

    /**
     * The mixed probability of a one, in 1/65536, in [1, 65535].
     *
     * @param depth 0 for the zero decision, then 1 .. bits
     * @param neighbours what the second weight set is chosen by, in [0, 15]
     */
    int mix(int stage, int depth, int neighbours) {
        firstSet = (stage * MAX_DEPTH + depth) * INPUTS;
        secondSet = (stages * MAX_DEPTH + stage * NEIGHBOUR_SETS + neighbours) * INPUTS;
        int first = LogisticMixer.dot(weights, firstSet, inputs, INPUTS);
        int second = LogisticMixer.dot(weights, secondSet, inputs, INPUTS);
        firstProbability = Logistic.squash(first);
        secondProbability = Logistic.squash(second);
        return Logistic.squash(first + second >> 1);
    }

    /** Moves both weight sets against their own error on the bit just coded. */
    void update(int bit) {
        LogisticMixer.train(weights, firstSet, inputs, INPUTS, (bit << 16) - firstProbability, LEARNING_RATE);
        LogisticMixer.train(weights, secondSet, inputs, INPUTS, (bit << 16) - secondProbability, LEARNING_RATE);
    }
}
