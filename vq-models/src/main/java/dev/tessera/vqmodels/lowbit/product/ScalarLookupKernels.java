package dev.tessera.vqmodels.lowbit.product;

final class ScalarLookupKernels implements LookupKernels {
    @Override
    public void multiply(
            byte[] weights,
            int tileBytes,
            LookupTables tables,
            float[] scales,
            float[] zeros,
            int groups,
            float[] y,
            int from,
            int to) {
        for (int tile = from; tile < to; tile++) {
            tile(weights, tile * tileBytes, tables, scales, zeros, tile * groups * ROWS, y, tile * ROWS);
        }
    }

    private static void tile(
            byte[] weights,
            int weightsAt,
            LookupTables tables,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] y,
            int yAt) {
        for (int row = 0; row < ROWS; row++) {
            int inBlock = row < ROWS / 2 ? 2 * row : 2 * row - ROWS + 1;
            float sum = 0;
            for (int s = 0; s < tables.segments.size(); s++) {
                Segment segment = tables.segments.get(s);
                int found = 0;
                for (int b = 0; b < segment.blocks(); b++) {
                    int bits = weights[weightsAt + (segment.firstBlock() + b) * ROWS + inBlock];
                    int at = (segment.tablesAt() + b) * ROWS;
                    found += tables.low[at + (bits & 15)] + tables.high[at + (bits >> 4 & 15)] << b % tables.planes;
                }
                int scale = scalesAt + segment.scaleGroup() * ROWS + row;
                float base = Math.fma(-zeros[scale], tables.sums[s], tables.levels[s]);
                sum = Math.fma(scales[scale], Math.fma(tables.steps[s], found, base), sum);
            }
            y[yAt + row] = sum;
        }
    }

    @Override
    public float fill(float[] turned, float[] inputs, int first, int tables, float[] values, float[] least) {
        int entries = LookupTables.ENTRIES;
        int dim = turned.length / entries;
        float range = 0;
        for (int t = 0; t < tables; t++) {
            float smallest = Float.POSITIVE_INFINITY;
            float largest = Float.NEGATIVE_INFINITY;
            for (int e = 0; e < entries; e++) {
                float product = 0;
                for (int d = 0; d < dim; d++) {
                    product = Math.fma(turned[d * entries + e], inputs[first + t * dim + d], product);
                }
                values[t * entries + e] = product;
                smallest = Math.min(smallest, product);
                largest = Math.max(largest, product);
            }
            least[t] = smallest;
            range = Math.max(range, largest - smallest);
        }
        return range;
    }

    @Override
    public void round(
            float[] values, float[] least, float inverse, int tables, int planes, byte[] low, byte[] high, int to) {
        int entries = LookupTables.ENTRIES;
        for (int t = 0; t < tables; t++) {
            byte[] target = t % 2 == 0 ? low : high;
            int at = to + t / 2 * planes * entries;
            for (int e = 0; e < entries; e++) {
                int steps = (int) Math.fma(values[t * entries + e] - least[t], inverse, 0.5f);
                target[at + e] = (byte) Math.min(LookupTables.LARGEST, steps);
            }
        }
    }
}
