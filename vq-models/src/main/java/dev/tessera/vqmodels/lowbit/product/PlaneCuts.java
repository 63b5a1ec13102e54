package dev.tessera.vqmodels.lowbit.product;

import java.util.Arrays;

/**
 * Where inputs are cut: a segment shares a step of the inputs and a group of the weights, and begins with a word of its own.
 *
 * @param inputs {@code [segments + 1]}: where segments begin, and all inputs end
 * @param words {@code [segments + 1]}: the same in words of 32 inputs
 * @param groups {@code [segments]}: of the weights
 */
record PlaneCuts(int[] inputs, int[] words, int[] groups) {
    /**
     * The cuts of a matrix.
     *
     * @param cols inputs
     * @param group inputs of a group of weights
     */
    static PlaneCuts of(int cols, int group) {
        int most = (cols - 1) / LowBitInputs.STEP + (cols - 1) / group + 2;
        int[] inputs = new int[most];
        int[] words = new int[most];
        int[] groups = new int[most];
        int count = 0;
        while (inputs[count] < cols) {
            int from = inputs[count];
            int to = (int) Math.min(cols, Math.min(next(from, LowBitInputs.STEP), next(from, group)));
            groups[count] = from / group;
            words[count + 1] = words[count] + (to - from - 1) / LowBitInputs.WORD + 1;
            inputs[++count] = to;
        }
        return new PlaneCuts(
                Arrays.copyOf(inputs, count + 1), Arrays.copyOf(words, count + 1), Arrays.copyOf(groups, count));
    }

    private static long next(int from, int length) {
        return (from / length + 1L) * length;
    }

    int segments() {
        return groups.length;
    }

    /** Words of all segments. */
    int allWords() {
        return words[groups.length];
    }
}
