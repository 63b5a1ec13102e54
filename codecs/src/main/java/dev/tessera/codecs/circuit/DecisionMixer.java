package dev.tessera.codecs.circuit;

/**
 * Logistic mixing of the circuit's probability of a binary decision with adaptive counts (Mattern 2012, "Mixing
 * strategies in data compression"): p = squash(sum of weight x stretch(p_i)), two weight sets averaged, both trained on
 * line by the coding error. Integers only.
 */
final class DecisionMixer {
    private static final int WEIGHT_LIMIT = (4 << 16) - 1; // times 8 inputs of 2816 in 1/256 stays in an int

    private final int inputCount;
    private final int[] weights;
    private final int secondBase;
    private final int[] inputs;
    private int first;
    private int second;
    private int firstProbability;
    private int secondProbability;

    /** @param initialWeights [inputs] in 1/65536 */
    DecisionMixer(int firstSets, int secondSets, int[] initialWeights) {
        inputCount = initialWeights.length;
        inputs = new int[inputCount];
        secondBase = firstSets * inputCount;
        weights = new int[(firstSets + secondSets) * inputCount];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = initialWeights[i % inputCount];
        }
    }

    void input(int i, int logit) {
        inputs[i] = logit;
    }

    /** The mixed logit. */
    int mix(int firstSet, int secondSet) {
        first = firstSet * inputCount;
        second = secondBase + secondSet * inputCount;
        int a = 0;
        int b = 0;
        for (int i = 0; i < inputCount; i++) {
            a += (weights[first + i] >> 2) * inputs[i];
            b += (weights[second + i] >> 2) * inputs[i];
        }
        int x = clamp(a >> 14);
        int y = clamp(b >> 14);
        firstProbability = Logits.squash(x);
        secondProbability = Logits.squash(y);
        return x + y >> 1;
    }

    void update(int bit, int rate) {
        int a = ((bit << 16) - firstProbability) * rate >> 4;
        int b = ((bit << 16) - secondProbability) * rate >> 4;
        for (int i = 0; i < inputCount; i++) {
            weights[first + i] = limited(weights[first + i] + (inputs[i] * a + (1 << 13) >> 14));
            weights[second + i] = limited(weights[second + i] + (inputs[i] * b + (1 << 13) >> 14));
        }
    }

    private static int limited(int weight) {
        return Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT, weight));
    }

    private static int clamp(int logit) {
        return Math.max(-Logits.LIMIT, Math.min(Logits.LIMIT, logit));
    }
}
