package dev.tessera.codecs;

import java.util.Arrays;

/**
 * Logistic mixing of binary predictions in integers: p = squash(sum of w_i x stretch(p_i)), where stretch(p) = ln(p /
 * (1 - p)) and squash is its inverse (Mahoney 2005, the mixer of PAQ7; Mattern 2012, "Mixing strategies in data
 * compression", derives it as the mixture nearest to all inputs in divergence). After each bit the weights move by
 * learning rate x stretch(p_i) x (bit - p), the gradient of the coding cost. One of several weight sets is chosen per
 * decision, which makes it a gated mixture; a constant input is added to those of the caller.
 *
 * <p>Use: {@link #input} for every prediction, {@link #mix}, code the bit with the result, {@link #update}. Weights
 * are in 1/65536 within +-16, inputs in 1/256 nats within +-10, so no sum overflows. Encoder and decoder must make the
 * same calls.
 */
public final class LogisticMixer {
    /** Steps that suit stationary data of some thousand decisions a set. */
    public static final int DEFAULT_LEARNING_RATE = 20;

    /** Weights never leave +- this, so that no sum overflows. */
    static final int WEIGHT_LIMIT = 16 << 16;

    private static final int BIAS_INPUT = 256;
    private static final int MAX_INPUTS = 1 << 12;

    private final int inputCount; // with the constant
    private final int[] inputs;
    private final int[] weights; // [sets x inputCount]
    private final int learningRate;
    private int set;
    private int probability = 1 << 15;

    public LogisticMixer(int inputs, int sets) {
        this(inputs, sets, DEFAULT_LEARNING_RATE);
    }

    /**
     * @param inputs number of predictions, 1 to 4095; all weights start at 1 / inputs
     * @param sets number of weight sets, at least 1
     * @param learningRate 1 to 1000; a weight moves by rate x input x error / 2^20 in their units
     */
    public LogisticMixer(int inputs, int sets, int learningRate) {
        if (inputs < 1 || inputs >= MAX_INPUTS) {
            throw new IllegalArgumentException("inputs is " + inputs + ", must be in [1, " + (MAX_INPUTS - 1) + "]");
        }
        if (sets < 1 || (long) sets * (inputs + 1) > Integer.MAX_VALUE / 8) {
            throw new IllegalArgumentException("sets is " + sets + ", must be at least 1 and at most "
                    + Integer.MAX_VALUE / 8 / (inputs + 1) + " for " + inputs + " inputs");
        }
        if (learningRate < 1 || learningRate > 1000) {
            throw new IllegalArgumentException("learningRate is " + learningRate + ", must be in [1, 1000]");
        }
        this.inputCount = inputs + 1;
        this.inputs = new int[inputCount];
        this.inputs[inputs] = BIAS_INPUT;
        this.weights = new int[sets * inputCount];
        this.learningRate = learningRate;
        Arrays.fill(weights, 65536 / inputs);
        for (int i = inputs; i < weights.length; i += inputCount) {
            weights[i] = 0;
        }
    }

    /** Prediction {@code index} of the next bit: the probability of a one in 1/65536, in [0, 65535]. */
    public void input(int index, int probabilityOfOne) {
        if (index < 0 || index >= inputCount - 1) {
            throw new IllegalArgumentException("index is " + index + ", must be in [0, " + (inputCount - 1) + ")");
        }
        inputs[index] = Logistic.stretch(probabilityOfOne);
    }

    /** The mixed probability of a one under weight set {@code set}, in 1/65536, in [1, 65535]. */
    public int mix(int set) {
        if (set < 0 || set >= weights.length / inputCount) {
            throw new IllegalArgumentException(
                    "set is " + set + ", must be in [0, " + weights.length / inputCount + ")");
        }
        this.set = set * inputCount;
        probability = Logistic.squash(dot(weights, this.set, inputs, inputCount));
        return probability;
    }

    /** Learns the bit that {@link #mix} predicted last. */
    public void update(int bit) {
        train(weights, set, inputs, inputCount, (bit << 16) - probability, learningRate);
    }

    /** Stretched mixture of {@code weights[from .. from + count)}, clamped. */
    static int dot(int[] weights, int from, int[] inputs, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (long) weights[from + i] * inputs[i];
        }
        return (int) Math.max(-Logistic.LIMIT, Math.min(Logistic.LIMIT, sum >> 16));
    }

    /** One step down the gradient of the coding cost; {@code error} is bit - probability in 1/65536. */
    static void train(int[] weights, int from, int[] inputs, int count, int error, int learningRate) {
        for (int i = 0; i < count; i++) {
            int step = (int) ((long) inputs[i] * error * learningRate + (1 << 19) >> 20);
            int moved = weights[from + i] + step;
            weights[from + i] = Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT, moved));
        }
    }
}
