package dev.tessera.audio;

/**
 * What a bit is worth where: two lambdas and a moving switch between them give every file size between theirs, also where
 * the size jumps because an adaptive model rewards whatever was chosen before.
 *
 * @param before squared units per bit at positions before {@code switchAt}
 * @param after at the other positions
 */
record LambdaPlan(float before, float after, int switchAt) {
    static LambdaPlan of(float lambda) {
        return new LambdaPlan(lambda, lambda, 0);
    }

    float at(int position) {
        return position < switchAt ? before : after;
    }

    /** The plan of positions that are counted from {@code first} on and whose distortion weighs {@code 1 / factor}. */
    LambdaPlan from(int first, float factor) {
        return new LambdaPlan(factor * before, factor * after, switchAt - first);
    }
}
