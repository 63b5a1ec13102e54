package dev.tessera.vqmodels.lowbit.product;

import java.util.Arrays;

final class ScalarInt8Kernels implements Int8Kernels {
    private static final int LANES = 8;

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void multiply(byte[] weights, RoundedInputs inputs, float[] scales, float[] y, int from, int to) {
        int rows = rows();
        int[] sums = new int[rows]; // by lanes
        float[] outs = new float[rows];
        for (int tile = from; tile < to; tile++) {
            Arrays.fill(outs, 0);
            for (int g = 0; g < inputs.steps().length; g++) {
                Arrays.fill(sums, 0);
                for (int i = g * inputs.length(); i < inputs.end(g); i++) {
                    int input = inputs.input(i);
                    int at = (tile * inputs.depth() + i) * rows;
                    for (int r = 0; r < rows; r++) {
                        sums[r] += weights[at + r] * input;
                    }
                }
                for (int r = 0; r < rows; r++) {
                    outs[r] = Math.fma(inputs.steps()[g], sums[r], outs[r]);
                }
            }
            for (int r = 0; r < rows; r++) {
                y[tile * rows + r] = outs[place(r)] * scales[tile * rows + r];
            }
        }
    }
}
