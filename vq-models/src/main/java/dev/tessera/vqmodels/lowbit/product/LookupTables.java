package dev.tessera.vqmodels.lowbit.product;

import java.util.Arrays;
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

    static final int ENTRIES = 16;

    /** Of bit planes, {@code [4][16]}: the code vector of an entry is its bits, the lowest first. */
    static final float[] BITS = bits();

    private static float[] bits() {
        float[] bits = new float[4 * ENTRIES];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = i % ENTRIES >> i / ENTRIES & 1;
        }
        return bits;
    }

    final byte[] low; // [tables of a segment's blocks, padded][16]: of the low four bits of each byte
    final byte[] high;
    final float[] steps; // of a segment, times the factor
    final float[] levels; // of a segment: what stands for codes whose look-ups are all 0
    final float[] sums; // of a segment's inputs
    final List<Segment> segments;
    final int planes;
    private final LookupKernels kernels;
    private final float factor;
    private final int dim; // inputs of a table
    private final float[] values; // of one segment's tables
    private final float[] least;

    /**
     * @param factor of a code in the level that it stands for
     * @param dim inputs of a table
     */
    LookupTables(LookupKernels kernels, List<Segment> segments, int planes, float factor, int dim) {
        this.kernels = kernels;
        this.segments = segments;
        this.planes = planes;
        this.factor = factor;
        this.dim = dim;
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

    /** {@code [codebooks][dim][16]} of {@code [codebooks][16][dim]}. */
    static float[] turned(float[] codebooks, int dim) {
        float[] turned = new float[codebooks.length];
        for (int i = 0; i < turned.length; i++) {
            int book = i / (ENTRIES * dim) * ENTRIES * dim;
            turned[book + i % dim * ENTRIES + i / dim % ENTRIES] = codebooks[i];
        }
        return turned;
    }

    /**
     * Entry e is the product of code vector e with the inputs that it meets; of bit planes the sum of the inputs whose bit is set in
     * e, the product with {@link #BITS}.
     *
     * @param turned the code vectors, {@code [dim][16]}
     */
    void fill(float[] x, float[] turned) {
        Segment last = segments.getLast();
        float[] inputs = Arrays.copyOf(x, (last.firstBlock() + last.blocks()) / planes * 2 * dim);
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            int tables = segment.blocks() / planes * 2;
            int first = segment.firstBlock() / planes * 2 * dim;
            float range = kernels.fill(turned, inputs, first, tables, values, least);
            float sum = 0;
            for (int i = first; i < first + tables * dim; i += 2) {
                sum += inputs[i] + inputs[i + 1];
            }
            sums[s] = sum;
            float offset = 0;
            for (int t = 0; t < tables; t++) {
                offset += least[t];
            }
            steps[s] = factor * (range / LARGEST);
            levels[s] = factor * offset * ((1 << planes) - 1);
            round(range > 0 ? LARGEST / range : 0, tables, segment.tablesAt() * ENTRIES);
        }
    }

    private void round(float inverse, int tables, int to) {
        kernels.round(values, least, inverse, tables, planes, low, high, to);
        for (int t = 0; t < tables; t += 2) {
            int at = to + t / 2 * planes * ENTRIES;
            for (int plane = 1; plane < planes; plane++) {
                System.arraycopy(low, at, low, at + plane * ENTRIES, ENTRIES);
                System.arraycopy(high, at, high, at + plane * ENTRIES, ENTRIES);
            }
        }
    }
}
