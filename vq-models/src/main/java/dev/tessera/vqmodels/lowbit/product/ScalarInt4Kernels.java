package dev.tessera.vqmodels.lowbit.product;

import java.util.Arrays;

final class ScalarInt4Kernels implements Int4Kernels {
    private static final int LANES = 8;

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int[] factors(RoundedInputs inputs) {
        return Arrays.stream(inputs.pairs()).map(pair -> pair >> 16).toArray();
    }

    @Override
    public void multiply(
            byte[] weights,
            RoundedInputs inputs,
            int[] factors,
            int stepsOfGroup,
            float[] scales,
            float[] zeros,
            float[] y,
            int from,
            int to) {
        int rows = rows();
        int steps = inputs.steps().length;
        int groups = (steps - 1) / stepsOfGroup + 1;
        int[] sums = new int[rows]; // by lanes
        for (int tile = from; tile < to; tile++) {
            Arrays.fill(y, tile * rows, (tile + 1) * rows, 0);
            for (int s = 0; s < steps; s++) {
                Arrays.fill(sums, 0);
                for (int i = s * inputs.length(); i < inputs.end(s); i += QUAD) {
                    add(weights, (tile * inputs.depth() + i) / 2 * rows, factors, i, sums);
                }
                int at = (tile * groups + s / stepsOfGroup) * rows;
                for (int r = 0; r < rows; r++) {
                    float found = Math.fma(-zeros[at + r], inputs.sums()[s], sums[place(r)]);
                    int out = tile * rows + r;
                    y[out] = Math.fma(inputs.steps()[s] * found, scales[at + r], y[out]);
                }
            }
        }
    }

    private static void add(byte[] weights, int at, int[] factors, int i, int[] sums) {
        for (int r = 0; r < sums.length; r++) {
            int first = weights[at + 2 * r];
            int second = weights[at + 2 * r + 1];
            sums[r] += (first & 15) * factors[i]
                    + (first >> 4 & 15) * factors[i + 1]
                    + (second & 15) * factors[i + 2]
                    + (second >> 4 & 15) * factors[i + 3];
        }
    }
}
