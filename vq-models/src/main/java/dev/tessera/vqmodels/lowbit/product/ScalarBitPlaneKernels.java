package dev.tessera.vqmodels.lowbit.product;

final class ScalarBitPlaneKernels implements BitPlaneKernels {
    private static final int ROWS = 8;

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public void multiply(
            int[] weights,
            int planes,
            PlaneSegments inputs,
            int groups,
            float[] scales,
            float[] zeros,
            float[] y,
            int from,
            int to) {
        PlaneCuts cuts = inputs.cuts();
        for (int out = from * ROWS; out < to * ROWS; out++) {
            int tile = out / ROWS;
            int row = out % ROWS;
            float sum = 0;
            for (int s = 0; s < cuts.segments(); s++) {
                int n = 0;
                for (int word = cuts.words()[s]; word < cuts.words()[s + 1]; word++) {
                    n += count(weights, (tile * cuts.allWords() + word) * planes * ROWS + row, planes, inputs, word);
                }
                int at = (tile * groups + cuts.groups()[s]) * ROWS + row;
                float found = Math.fma(-inputs.sums()[s], zeros[at], n + inputs.bases()[s]);
                sum = Math.fma(inputs.steps()[s] * found, scales[at], sum);
            }
            y[out] = sum;
        }
    }

    private static int count(int[] weights, int at, int planes, PlaneSegments inputs, int word) {
        int n = 0;
        for (int p = 0; p < planes; p++) {
            for (int q = 0; q < inputs.bits(); q++) {
                int x = q * inputs.cuts().allWords() + word;
                n += Integer.bitCount(weights[at + p * ROWS] & inputs.masks()[x] ^ inputs.flips()[x]) << p + q;
            }
        }
        return n;
    }
}
