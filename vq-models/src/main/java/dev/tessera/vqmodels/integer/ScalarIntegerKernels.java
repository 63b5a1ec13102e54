package dev.tessera.vqmodels.integer;

final class ScalarIntegerKernels implements IntegerKernels {
    @Override
    public void accumulate(int[] weights, int panelSize, int[] rows, int[] values, int count, int[] sums, int panels) {
        for (int p = 0; p < panels; p++) {
            for (int k = 0; k < count; k++) {
                add(weights, p * panelSize + rows[k], values[k], sums, p * COLUMNS);
            }
        }
    }

    private static void add(int[] weights, int from, int value, int[] sums, int to) {
        for (int j = 0; j < COLUMNS; j++) {
            sums[to + j] += value * weights[from + j];
        }
    }
}
