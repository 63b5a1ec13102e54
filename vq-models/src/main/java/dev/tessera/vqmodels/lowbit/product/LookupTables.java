package dev.tessera.vqmodels.lowbit.product;

import java.util.List;

/**
 * What the bits of a weight select, for one vector of inputs: tables of 16 sums for 4 inputs (or for the inputs that a code vector
 * meets), in 7 bits above the least sum of the table, all tables of a segment in one step (after Park et al. 2022, LUT-GEMM, and
 * Wei et al. 2024, T-MAC).
 *
 * <p>The products of codes and inputs of a segment add up to {@code step x (sum of looked up numbers) + level}.
 */
final class LookupTables {
    /** Largest number in a table: two of them add up within a byte. */
    static final int LARGEST = 127;

    private static final int ENTRIES = 16;

    final byte[] low; // [tables of a segment's blocks, padded][16]: of the low four bits of each byte
    final byte[] high;
    final float[] steps; // of a segment, times the factor
    final float[] levels; // of a segment: what stands for codes whose look-ups are all 0
    final float[] sums; // of a segment's inputs
    final List<Segment> segments;
    final int planes;
    private final float factor;
    private final float[] values; // of one segment's tables
    private final float[] least;

    /** @param factor of a code in the level that it stands for */
    LookupTables(List<Segment> segments, int planes, float factor) {
        this.segments = segments;
        this.planes = planes;
        this.factor = factor;
        Segment last = segments.getLast();
        int blocks = last.tablesAt() + last.padded();
        low = new byte[blocks * ENTRIES];
        high = new byte[blocks * ENTRIES];
        steps = new float[segments.size()];
        levels = new float[segments.size()];
        sums = new float[segments.size()];
        int most = segments.stream().mapToInt(Segment::blocks).max().orElseThrow() / planes;
        values = new float[most * 2 * ENTRIES];
        least = new float[most * 2];
    }

    /** The tables of bit planes: entry e is the sum of the inputs whose bit is set in e. */
    void fill(float[] x) {
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            int tables = segment.blocks() / planes * 2;
            int first = segment.firstBlock() / planes * 8;
            float sum = 0;
            for (int t = 0; t < tables; t++) {
                int at = first + 4 * t;
                float a = input(x, at);
                float b = input(x, at + 1);
                float c = input(x, at + 2);
                float d = input(x, at + 3);
                sums(a, b, c, d, values, t * ENTRIES);
                least[t] = Math.min(a, 0) + Math.min(b, 0) + (Math.min(c, 0) + Math.min(d, 0));
                sum += (a + b) + (c + d);
            }
            sums[s] = sum;
            quantize(s, tables);
        }
    }

    private static float input(float[] x, int at) {
        return at < x.length ? x[at] : 0;
    }

    private static void sums(float a, float b, float c, float d, float[] out, int at) {
        float ab = a + b;
        float cd = c + d;
        out[at] = 0;
        out[at + 1] = a;
        out[at + 2] = b;
        out[at + 3] = ab;
        out[at + 4] = c;
        out[at + 5] = c + a;
        out[at + 6] = c + b;
        out[at + 7] = c + ab;
        out[at + 8] = d;
        out[at + 9] = d + a;
        out[at + 10] = d + b;
        out[at + 11] = d + ab;
        out[at + 12] = cd;
        out[at + 13] = cd + a;
        out[at + 14] = cd + b;
        out[at + 15] = cd + ab;
    }

    /**
     * The tables of a codebook: entry e is the product of code vector e with the inputs that it meets.
     *
     * @param codebook {@code [16 x dim]} from {@code codebookAt} on
     */
    void fill(float[] x, float[] codebook, int codebookAt, int dim) {
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            int tables = segment.blocks() * 2;
            for (int t = 0; t < tables; t++) {
                int first = (segment.firstBlock() * 2 + t) * dim;
                float smallest = Float.POSITIVE_INFINITY;
                for (int e = 0; e < ENTRIES; e++) {
                    float product = 0;
                    for (int d = 0; d < dim; d++) {
                        product = Math.fma(codebook[codebookAt + e * dim + d], input(x, first + d), product);
                    }
                    values[t * ENTRIES + e] = product;
                    smallest = Math.min(smallest, product);
                }
                least[t] = smallest;
            }
            quantize(s, tables);
        }
    }

    private void quantize(int s, int tables) {
        float range = 0;
        float offset = 0;
        for (int t = 0; t < tables; t++) {
            float largest = values[t * ENTRIES];
            for (int e = 1; e < ENTRIES; e++) {
                largest = Math.max(largest, values[t * ENTRIES + e]);
            }
            range = Math.max(range, largest - least[t]);
            offset += least[t];
        }
        float step = range / LARGEST;
        float inverse = range > 0 ? LARGEST / range : 0;
        steps[s] = factor * step;
        levels[s] = factor * offset * ((1 << planes) - 1);
        int to = segments.get(s).tablesAt() * ENTRIES;
        for (int t = 0; t < tables; t += 2) {
            round(values, t * ENTRIES, least[t], inverse, low, to);
            round(values, (t + 1) * ENTRIES, least[t + 1], inverse, high, to);
            to += ENTRIES;
            for (int plane = 1; plane < planes; plane++) {
                System.arraycopy(low, to - ENTRIES, low, to, ENTRIES);
                System.arraycopy(high, to - ENTRIES, high, to, ENTRIES);
                to += ENTRIES;
            }
        }
    }

    private static void round(float[] from, int at, float least, float inverse, byte[] to, int toAt) {
        for (int e = 0; e < ENTRIES; e++) {
            to[toAt + e] = (byte) Math.min(LARGEST, (int) ((from[at + e] - least) * inverse + 0.5f));
        }
    }
}
