package dev.tessera.vqmodels.lowbit.product;

import java.util.List;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API twin of {@link ScalarLookupKernels}. A block is one 128-bit shuffle for each half of its bytes; where there are
 * 512 bits four blocks are one shuffle over all 64 bytes, whose index has the number of the block above the four bits.
 *
 * <p>A tile is one method with one compiled loop in it: what it needs of a vector's parts goes through memory, since helpers that
 * take or return vectors, and parts of vectors, are what costs on C2 of JDK 25.
 */
final class VectorLookupKernels implements LookupKernels {
    private static final boolean WIDE =
            ByteVector.SPECIES_PREFERRED.length() == 64 && Integer.getInteger("tessera.kernels.bits", 512) == 512;
    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
    private static final VectorSpecies<Byte> WIDE_BYTES = ByteVector.SPECIES_512;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128;
    private static final VectorSpecies<Short> WIDE_SHORTS = ShortVector.SPECIES_512;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> TABLE = WIDE ? FloatVector.SPECIES_512 : FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> TABLE_INTS = TABLE.withLanes(int.class);
    private static final VectorSpecies<Byte> TABLE_BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(TABLE.vectorBitSize() / 4));
    private static final int HALF = ROWS / 2;
    private static final int QUARTERS = 32; // shorts of a wide vector
    private static final byte[] BLOCK_NUMBERS = blockNumbers();

    private static byte[] blockNumbers() {
        byte[] numbers = new byte[64];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (byte) (i & 0x30);
        }
        return numbers;
    }

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
        Segment last = tables.segments.getLast();
        int read = (last.firstBlock() + last.padded()) * ROWS; // of a tile; may reach into the next one
        for (int tile = from; tile < to; tile++) {
            int at = tile * tileBytes;
            if (WIDE && tables.planes != 3 && at + read <= weights.length) { // three planes do not fit quarters
                wide(weights, at, tables, scales, zeros, tile * groups * ROWS, y, tile * ROWS);
            } else {
                narrow(weights, at, tables, scales, zeros, tile * groups * ROWS, y, tile * ROWS);
            }
        }
    }

    /** Quarter j of a vector has plane j mod planes. */
    private static void wide(
            byte[] weights,
            int weightsAt,
            LookupTables tables,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] y,
            int yAt) {
        byte[] low = tables.low;
        byte[] high = tables.high;
        List<Segment> segments = tables.segments;
        int shift1 = tables.planes > 1 ? 1 : 0;
        int shift2 = tables.planes > 2 ? 2 : 0;
        int shift3 = tables.planes > 2 ? 3 : shift1;
        short[] parts = new short[2 * QUARTERS];
        ByteVector numbers = ByteVector.fromArray(WIDE_BYTES, BLOCK_NUMBERS, 0);
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            int from = weightsAt + segment.firstBlock() * ROWS;
            int tablesAt = segment.tablesAt() * ROWS;
            int end = segment.padded() * ROWS;
            ShortVector first = ShortVector.zero(WIDE_SHORTS); // rows 0 to 7 of each quarter
            ShortVector second = ShortVector.zero(WIDE_SHORTS);
            for (int i = 0; i < end; i += Segment.PADDING * ROWS) {
                ByteVector w = ByteVector.fromArray(WIDE_BYTES, weights, from + i);
                ByteVector lowBits = w.and((byte) 15).or(numbers);
                ByteVector highBits = w.reinterpretAsShorts()
                        .lanewise(VectorOperators.LSHR, 4)
                        .reinterpretAsBytes()
                        .and((byte) 15)
                        .or(numbers);
                ShortVector found = lowBits.selectFrom(ByteVector.fromArray(WIDE_BYTES, low, tablesAt + i))
                        .add(highBits.selectFrom(ByteVector.fromArray(WIDE_BYTES, high, tablesAt + i)))
                        .reinterpretAsShorts();
                first = first.add(found.and((short) 0xFF));
                second = second.add(found.lanewise(VectorOperators.LSHR, 8));
            }
            first.intoArray(parts, 0);
            second.intoArray(parts, QUARTERS);
            ShortVector n0 = ShortVector.fromArray(SHORTS, parts, 0)
                    .add(ShortVector.fromArray(SHORTS, parts, 8).lanewise(VectorOperators.LSHL, shift1))
                    .add(ShortVector.fromArray(SHORTS, parts, 16).lanewise(VectorOperators.LSHL, shift2))
                    .add(ShortVector.fromArray(SHORTS, parts, 24).lanewise(VectorOperators.LSHL, shift3));
            ShortVector n1 = ShortVector.fromArray(SHORTS, parts, 32)
                    .add(ShortVector.fromArray(SHORTS, parts, 40).lanewise(VectorOperators.LSHL, shift1))
                    .add(ShortVector.fromArray(SHORTS, parts, 48).lanewise(VectorOperators.LSHL, shift2))
                    .add(ShortVector.fromArray(SHORTS, parts, 56).lanewise(VectorOperators.LSHL, shift3));
            FloatVector step = FloatVector.broadcast(FLOATS, tables.steps[s]);
            FloatVector sum = FloatVector.broadcast(FLOATS, -tables.sums[s]);
            FloatVector level = FloatVector.broadcast(FLOATS, tables.levels[s]);
            int at = scalesAt + segment.scaleGroup() * ROWS;
            FloatVector f0 = (FloatVector) n0.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector f1 = (FloatVector) n1.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            f0 = step.fma(f0, sum.fma(FloatVector.fromArray(FLOATS, zeros, at), level));
            f1 = step.fma(f1, sum.fma(FloatVector.fromArray(FLOATS, zeros, at + HALF), level));
            y0 = f0.fma(FloatVector.fromArray(FLOATS, scales, at), y0);
            y1 = f1.fma(FloatVector.fromArray(FLOATS, scales, at + HALF), y1);
        }
        y0.intoArray(y, yAt);
        y1.intoArray(y, yAt + HALF);
    }

    private static void narrow(
            byte[] weights,
            int weightsAt,
            LookupTables tables,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] y,
            int yAt) {
        byte[] low = tables.low;
        byte[] high = tables.high;
        List<Segment> segments = tables.segments;
        int stride = tables.planes * ROWS;
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        for (int s = 0; s < segments.size(); s++) {
            Segment segment = segments.get(s);
            int from = weightsAt + segment.firstBlock() * ROWS;
            int tablesAt = segment.tablesAt() * ROWS;
            int end = segment.blocks() * ROWS;
            ShortVector n0 = ShortVector.zero(SHORTS); // rows 0 to 7
            ShortVector n1 = ShortVector.zero(SHORTS);
            for (int plane = stride - ROWS;
                    plane >= 0;
                    plane -= ROWS) { // the highest first, doubled by each that follows
                n0 = n0.add(n0);
                n1 = n1.add(n1);
                for (int i = plane; i < end; i += stride) {
                    ByteVector w = ByteVector.fromArray(BYTES, weights, from + i);
                    ByteVector lowBits = w.and((byte) 15);
                    ByteVector highBits = w.reinterpretAsShorts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .reinterpretAsBytes()
                            .and((byte) 15);
                    ShortVector found = lowBits.selectFrom(ByteVector.fromArray(BYTES, low, tablesAt + i))
                            .add(highBits.selectFrom(ByteVector.fromArray(BYTES, high, tablesAt + i)))
                            .reinterpretAsShorts();
                    n0 = n0.add(found.and((short) 0xFF));
                    n1 = n1.add(found.lanewise(VectorOperators.LSHR, 8));
                }
            }
            FloatVector step = FloatVector.broadcast(FLOATS, tables.steps[s]);
            FloatVector sum = FloatVector.broadcast(FLOATS, -tables.sums[s]);
            FloatVector level = FloatVector.broadcast(FLOATS, tables.levels[s]);
            int at = scalesAt + segment.scaleGroup() * ROWS;
            FloatVector f0 = (FloatVector) n0.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector f1 = (FloatVector) n1.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            f0 = step.fma(f0, sum.fma(FloatVector.fromArray(FLOATS, zeros, at), level));
            f1 = step.fma(f1, sum.fma(FloatVector.fromArray(FLOATS, zeros, at + HALF), level));
            y0 = f0.fma(FloatVector.fromArray(FLOATS, scales, at), y0);
            y1 = f1.fma(FloatVector.fromArray(FLOATS, scales, at + HALF), y1);
        }
        y0.intoArray(y, yAt);
        y1.intoArray(y, yAt + HALF);
    }

    @Override
    public void panel(
            byte[] weights,
            int at,
            int blocks,
            float[] turned,
            int turnedAt,
            int dim,
            float[] scales,
            int scalesAt,
            float[] panel,
            int panelAt,
            int columns) {
        if (columns < HALF) {
            LookupKernels.super.panel(
                    weights, at, blocks, turned, turnedAt, dim, scales, scalesAt, panel, panelAt, columns);
        } else {
            VectorPanels.halves(weights, at, blocks, turned, turnedAt, dim, scales, scalesAt, panel, panelAt, columns);
        }
    }

    @Override
    public float fill(float[] turned, float[] inputs, int first, int tables, float[] values, float[] least) {
        int dim = turned.length / LookupTables.ENTRIES;
        float range = 0;
        for (int t = 0; t < tables; t++) {
            FloatVector smallest = FloatVector.broadcast(TABLE, Float.POSITIVE_INFINITY);
            FloatVector largest = FloatVector.broadcast(TABLE, Float.NEGATIVE_INFINITY);
            for (int e = 0; e < LookupTables.ENTRIES; e += TABLE.length()) {
                FloatVector product = FloatVector.zero(TABLE);
                for (int d = 0; d < dim; d++) {
                    product = FloatVector.fromArray(TABLE, turned, d * LookupTables.ENTRIES + e)
                            .fma(FloatVector.broadcast(TABLE, inputs[first + t * dim + d]), product);
                }
                product.intoArray(values, t * LookupTables.ENTRIES + e);
                smallest = smallest.min(product);
                largest = largest.max(product);
            }
            least[t] = smallest.reduceLanes(VectorOperators.MIN);
            range = Math.max(range, largest.reduceLanes(VectorOperators.MAX) - least[t]);
        }
        return range;
    }

    @Override
    public void round(
            float[] values, float[] least, float inverse, int tables, int planes, byte[] low, byte[] high, int to) {
        FloatVector half = FloatVector.broadcast(TABLE, 0.5f);
        FloatVector factor = FloatVector.broadcast(TABLE, inverse);
        for (int t = 0; t < tables; t++) {
            byte[] target = t % 2 == 0 ? low : high;
            int at = to + t / 2 * planes * LookupTables.ENTRIES;
            for (int e = 0; e < LookupTables.ENTRIES; e += TABLE.length()) {
                IntVector steps = (IntVector) FloatVector.fromArray(TABLE, values, t * LookupTables.ENTRIES + e)
                        .sub(least[t])
                        .fma(factor, half)
                        .convertShape(VectorOperators.F2I, TABLE_INTS, 0);
                ((ByteVector) steps.min(LookupTables.LARGEST).convertShape(VectorOperators.I2B, TABLE_BYTES, 0))
                        .intoArray(target, at + e);
            }
        }
    }
}
