package dev.tessera.vqmodels.lowbit.product;

import java.util.Arrays;

/**
 * Inputs in bit planes as a matrix of some planes meets them.
 *
 * <p>Where inputs have levels on both sides of 0, bits stand for -1 and 1, and those that differ are counted (exclusive or; Rastegari et al.
 * 2016); else bits stand for 0 and 1, and those that are set in both are counted (Zhou et al. 2016). Neither needs sums of weights: with P and Q
 * planes, codes w and c, and n the counts of planes p and q times 2^(p + q),
 *
 * <pre>sum of (w - (2^P - 1) / 2) (c - (2^Q - 1) / 2) = (2^P - 1) (2^Q - 1) x inputs / 4 - n / 2,        sum of w c = n</pre>
 *
 * @param masks {@code [bits][words]}: what bits of weights are counted
 * @param flips {@code [bits][words]}: what bits of weights are turned before
 * @param steps of a segment, times what a count of 1 is worth
 * @param bases of a segment, what is added to its count
 * @param sums of a segment's inputs, in the same unit as the count
 */
record PlaneSegments(PlaneCuts cuts, int bits, int[] masks, int[] flips, float[] steps, float[] bases, float[] sums) {

    /** @param planes of the weights */
    static PlaneSegments of(PlaneCuts cuts, int planes, LowBitInputs inputs) {
        boolean signed = inputs.signed();
        int bits = inputs.bits();
        int[] packed = new int[bits * cuts.allWords()];
        float[] steps = new float[cuts.segments()];
        float[] bases = new float[steps.length];
        float[] sums = new float[steps.length];
        int largest = (1 << planes) - 1;
        for (int s = 0; s < steps.length; s++) {
            int from = cuts.inputs()[s];
            int to = cuts.inputs()[s + 1];
            float sum = pack(cuts, s, inputs, packed) - inputs.zero() * (to - from);
            float step = inputs.step(from);
            steps[s] = signed ? -0.5f * step : step;
            sums[s] = signed ? -2 * sum : sum;
            bases[s] = signed ? 0.5f * largest * (sums[s] - ((1 << bits) - 1) * (to - from)) : 0;
        }
        int[] rest = new int[packed.length];
        if (signed) {
            Arrays.fill(rest, -1);
        }
        return new PlaneSegments(cuts, bits, signed ? rest : packed, signed ? packed : rest, steps, bases, sums);
    }

    /** Fills the words of a segment and returns the sum of its codes. */
    private static int pack(PlaneCuts cuts, int segment, LowBitInputs inputs, int[] packed) {
        int to = cuts.inputs()[segment + 1];
        int codes = 0;
        for (int plane = 0; plane < inputs.bits(); plane++) {
            int from = cuts.inputs()[segment];
            for (int word = cuts.words()[segment]; word < cuts.words()[segment + 1]; word++) {
                int found = inputs.word(plane, from, Math.min(to, from + LowBitInputs.WORD));
                packed[plane * cuts.allWords() + word] = found;
                codes += Integer.bitCount(found) << plane;
                from += LowBitInputs.WORD;
            }
        }
        return codes;
    }
}
