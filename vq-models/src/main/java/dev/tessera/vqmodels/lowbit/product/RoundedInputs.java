package dev.tessera.vqmodels.lowbit.product;

/**
 * A vector rounded to integers of -127 to 127, {@value #GROUP} of which share a step.
 *
 * @param pairs {@code [depth]}: each integer twice, in both halves of an int; 0 past the last input
 * @param steps of a group; 0 where all magnitudes are below 1e-36, whose integers are 0 then
 */
record RoundedInputs(int[] pairs, float[] steps) {
    /** Sums of products of so many bytes are below 2^24, exact in single precision. */
    static final int GROUP = 128;

    private static final int LARGEST = Byte.MAX_VALUE;
    private static final float LEAST = 1e-36f; // below it the reciprocal of a step might overflow
    private static final float ROUNDER = 3 << 22; // adding it leaves no fraction, half way to the even number

    static RoundedInputs of(float[] x, int depth) {
        int[] pairs = new int[depth];
        float[] steps = new float[(depth - 1) / GROUP + 1];
        for (int g = 0; g < steps.length; g++) {
            int from = g * GROUP;
            int to = Math.min(from + GROUP, x.length);
            float most = 0;
            for (int i = from; i < to; i++) {
                most = Math.max(most, Math.abs(x[i]));
            }
            boolean counts = most >= LEAST;
            steps[g] = counts ? most / LARGEST : 0;
            float inverse = counts ? LARGEST / most : 0;
            for (int i = from; i < to; i++) {
                int rounded = (int) (x[i] * inverse + ROUNDER - ROUNDER);
                pairs[i] = rounded << 16 | rounded & 0xFFFF;
            }
        }
        return new RoundedInputs(pairs, steps);
    }

    int depth() {
        return pairs.length;
    }
}
