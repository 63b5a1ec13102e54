package dev.tessera.vqmodels.lowbit.product;

import java.util.Arrays;

final class ScalarPqKernels implements PqKernels {
    @Override
    public float fill(
            float[] turned,
            int turnedAt,
            int dim,
            float[] inputs,
            int first,
            float[] values,
            int to,
            float[] least,
            int leastAt) {
        float smallest = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (int e = 0; e < ENTRIES; e++) {
            float product = 0;
            for (int d = 0; d < dim; d++) {
                product = Math.fma(turned[turnedAt + d * ENTRIES + e], inputs[first + d], product);
            }
            values[to + e] = product;
            smallest = Math.min(smallest, product);
            largest = Math.max(largest, product);
        }
        least[leastAt] = smallest;
        return largest - smallest;
    }

    @Override
    public void round(float[] values, int from, float least, float inverse, byte[] tables, int to) {
        for (int e = 0; e < ENTRIES; e++) {
            int steps = (int) Math.fma(values[from + e] - least, inverse, 0.5f);
            tables[to + e] = (byte) Math.min(PqTables.LARGEST, steps);
        }
    }

    @Override
    public void multiply(byte[] codes, PqTables tables, float[] y, int from, int to) {
        int[] found = new int[ROWS];
        for (int tile = from; tile < to; tile++) {
            Arrays.fill(y, tile * ROWS, (tile + 1) * ROWS, 0);
            for (int s = 0; s < tables.steps.length; s++) {
                Arrays.fill(found, 0);
                for (int subspace = s * PqTables.SEGMENT; subspace < tables.end(s); subspace++) {
                    int at = (tile * tables.subspaces + subspace) * ROWS;
                    for (int i = 0; i < ROWS; i++) {
                        found[i] += tables.tables[subspace * ENTRIES + (codes[at + i] & 0xFF)] & 0xFF;
                    }
                }
                for (int row = 0; row < ROWS; row++) {
                    y[tile * ROWS + row] += Math.fma(tables.steps[s], found[PqKernels.place(row)], tables.levels[s]);
                }
            }
        }
    }
}
