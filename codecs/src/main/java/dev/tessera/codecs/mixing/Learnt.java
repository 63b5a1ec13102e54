package dev.tessera.codecs.mixing;

/**
 * Numbers that a model learns and a {@link MixingPrior} ships, and the range in which the model keeps them.
 *
 * @param values live: what is written here the model goes on from
 */
record Learnt(int[] values, int lowest, int highest) {
    static Learnt within(int limit, int[] values) {
        return new Learnt(values, -limit, limit);
    }

    boolean inRange(int value) {
        return value >= lowest && value <= highest;
    }
}
