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
}
