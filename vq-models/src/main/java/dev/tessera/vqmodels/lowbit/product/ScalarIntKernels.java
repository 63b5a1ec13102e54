package dev.tessera.vqmodels.lowbit.product;

import java.util.Arrays;

record ScalarIntKernels(int bits) implements IntKernels {
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
                for (int i = s * inputs.length(); i < inputs.end(s); i += laneInputs()) {
                    add(weights, (tile * inputs.depth() + i) / laneInputs() * 2 * rows, factors, i, sums);
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

    private void add(byte[] weights, int at, int[] factors, int first, int[] sums) {
        int mask = (1 << bits) - 1;
        for (int r = 0; r < sums.length; r++) {
            int lane = weights[at + 2 * r] & 0xFF | (weights[at + 2 * r + 1] & 0xFF) << 8;
            for (int i = first; i < first + laneInputs(); i++) {
                sums[r] += (lane & mask) * factors[i];
                lane >>>= bits;
            }
        }
    }
}
