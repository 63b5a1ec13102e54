package dev.tessera.vqmodels.lowbit.product;

/**
 * A vector rounded to integers of -127 to 127, so many neighbours sharing a step.
 *
 * @param pairs {@code [depth]}: each integer twice, in both halves of an int; 0 past the last input
 * @param length inputs that share a step, at most {@value #MOST}
 * @param steps {@code [ceil(depth / length)]}; 0 where all magnitudes are below 1e-36, whose integers are 0 then
 * @param sums of the integers that share a step
 */
record RoundedInputs(int[] pairs, int length, float[] steps, float[] sums) {
    /** Sums of products of so many bytes are below 2^24, exact in single precision. */
    static final int MOST = 128;

    private static final int LARGEST = Byte.MAX_VALUE;
    private static final float LEAST = 1e-36f; // below it the reciprocal of a step might overflow
    private static final float ROUNDER = 3 << 22; // adding it leaves no fraction, half way to the even number

    /** @param depth with the zeros behind {@code x} */
    static RoundedInputs of(float[] x, int depth, int length) {
        int[] pairs = new int[depth];
        float[] steps = new float[(depth - 1) / length + 1];
        float[] sums = new float[steps.length];
        for (int s = 0; s < steps.length; s++) {
            int from = s * length;
            int to = Math.min(from + length, x.length);
            float most = 0;
            for (int i = from; i < to; i++) {
                most = Math.max(most, Math.abs(x[i]));
            }
            boolean counts = most >= LEAST;
            steps[s] = counts ? most / LARGEST : 0;
            float inverse = counts ? LARGEST / most : 0;
            int sum = 0;
            for (int i = from; i < to; i++) {
                int rounded = (int) (x[i] * inverse + ROUNDER - ROUNDER);
                pairs[i] = pair(rounded);
                sum += rounded;
            }
            sums[s] = sum;
        }
        return new RoundedInputs(pairs, length, steps, sums);
    }

    /** The low 16 bits in both halves. */
    static int pair(int value) {
        return value << 16 | value & 0xFFFF;
    }

    int depth() {
        return pairs.length;
    }

    int input(int i) {
        return pairs[i] >> 16;
    }

    /** End of the inputs that share step {@code s}. */
    int end(int s) {
        return Math.min((s + 1) * length, pairs.length);
    }
}
