package dev.tessera.vqmodels.lowbit.product;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API twin of {@link ScalarPqKernels}. Where there are 512 bits a table of 256 bytes is four vectors, and a permutation of
 * two of them looks up 64 codes; what is narrower looks codes up one by one.
 *
 * <p>Tried at 4096 x 4096 of 4 weights in 8 bits, in the time of this one: tables of floats, read one by one, 15; 64 rows, 1.5.
 */
final class VectorPqKernels implements PqKernels {
    private static final int BITS =
            Integer.getInteger("tessera.kernels.bits", ByteVector.SPECIES_PREFERRED.vectorBitSize());
    private static final boolean WIDE = ByteVector.SPECIES_PREFERRED.length() == 64 && BITS == 512;
    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_512;
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
    private static final VectorSpecies<Float> TABLE = WIDE ? FLOATS : FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> TABLE_INTS = TABLE.withLanes(int.class);
    private static final VectorSpecies<Byte> TABLE_BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(TABLE.vectorBitSize() / 4));
    private static final int LOW_HALF = 0xFFFF;
    private static final PqKernels SCALAR = PqKernels.scalar();

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
        FloatVector smallest = FloatVector.broadcast(TABLE, Float.POSITIVE_INFINITY);
        FloatVector largest = FloatVector.broadcast(TABLE, Float.NEGATIVE_INFINITY);
        for (int e = 0; e < ENTRIES; e += 2 * TABLE.length()) {
            FloatVector a = FloatVector.zero(TABLE);
            FloatVector b = FloatVector.zero(TABLE);
            for (int d = 0; d < dim; d++) {
                int at = turnedAt + d * ENTRIES + e;
                FloatVector input = FloatVector.broadcast(TABLE, inputs[first + d]);
                a = FloatVector.fromArray(TABLE, turned, at).fma(input, a);
                b = FloatVector.fromArray(TABLE, turned, at + TABLE.length()).fma(input, b);
            }
            a.intoArray(values, to + e);
            b.intoArray(values, to + e + TABLE.length());
            smallest = smallest.min(a.min(b));
            largest = largest.max(a.max(b));
        }
        least[leastAt] = smallest.reduceLanes(VectorOperators.MIN);
        return largest.reduceLanes(VectorOperators.MAX) - least[leastAt];
    }

    @Override
    public void round(float[] values, int from, float least, float inverse, byte[] tables, int to) {
        FloatVector half = FloatVector.broadcast(TABLE, 0.5f);
        FloatVector factor = FloatVector.broadcast(TABLE, inverse);
        for (int e = 0; e < ENTRIES; e += TABLE.length()) {
            IntVector steps = (IntVector) FloatVector.fromArray(TABLE, values, from + e)
                    .sub(least)
                    .fma(factor, half)
                    .convertShape(VectorOperators.F2I, TABLE_INTS, 0);
            ((ByteVector) steps.min(PqTables.LARGEST).convertShape(VectorOperators.I2B, TABLE_BYTES, 0))
                    .intoArray(tables, to + e);
        }
    }

    @Override
    public void multiply(byte[] codes, PqTables tables, float[] y, int from, int to) {
        if (!WIDE) {
            SCALAR.multiply(codes, tables, y, from, to);
            return;
        }
        for (int tile = from; tile < to; tile++) {
            tile(codes, tile * tables.subspaces * ROWS, tables, y, tile * ROWS);
        }
    }

    private static void tile(byte[] codes, int codesAt, PqTables all, float[] y, int yAt) {
        byte[] tables = all.tables;
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector b0 = FloatVector.zero(FLOATS);
        FloatVector b1 = FloatVector.zero(FLOATS);
        FloatVector b2 = FloatVector.zero(FLOATS);
        FloatVector b3 = FloatVector.zero(FLOATS);
        for (int s = 0; s < all.steps.length; s++) {
            // as in VectorInt8Kernels: the sums of even bytes are those of whole lanes less those of odd bytes
            ShortVector wholeA = ShortVector.zero(SHORTS);
            ShortVector oddA = ShortVector.zero(SHORTS);
            ShortVector wholeB = ShortVector.zero(SHORTS);
            ShortVector oddB = ShortVector.zero(SHORTS);
            int end = all.end(s);
            for (int subspace = s * PqTables.SEGMENT; subspace < end; subspace++) {
                ByteVector t0 = ByteVector.fromArray(BYTES, tables, subspace * ENTRIES);
                ByteVector t1 = ByteVector.fromArray(BYTES, tables, subspace * ENTRIES + 64);
                ByteVector t2 = ByteVector.fromArray(BYTES, tables, subspace * ENTRIES + 128);
                ByteVector t3 = ByteVector.fromArray(BYTES, tables, subspace * ENTRIES + 192);
                ByteVector a = ByteVector.fromArray(BYTES, codes, codesAt + subspace * ROWS);
                ShortVector foundA = a.selectFrom(t0, t1)
                        .blend(a.selectFrom(t2, t3), a.lt((byte) 0))
                        .reinterpretAsShorts();
                wholeA = wholeA.add(foundA);
                oddA = oddA.add(foundA.lanewise(VectorOperators.LSHR, 8));
                ByteVector b = ByteVector.fromArray(BYTES, codes, codesAt + subspace * ROWS + 64);
                ShortVector foundB = b.selectFrom(t0, t1)
                        .blend(b.selectFrom(t2, t3), b.lt((byte) 0))
                        .reinterpretAsShorts();
                wholeB = wholeB.add(foundB);
                oddB = oddB.add(foundB.lanewise(VectorOperators.LSHR, 8));
            }
            FloatVector step = FloatVector.broadcast(FLOATS, all.steps[s]);
            FloatVector level = FloatVector.broadcast(FLOATS, all.levels[s]);
            IntVector evenA = wholeA.sub(oddA.lanewise(VectorOperators.LSHL, 8)).reinterpretAsInts();
            IntVector otherA = oddA.reinterpretAsInts();
            a0 = a0.add(
                    step.fma((FloatVector) evenA.and(LOW_HALF).convertShape(VectorOperators.I2F, FLOATS, 0), level));
            a1 = a1.add(step.fma(
                    (FloatVector) evenA.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2F, FLOATS, 0),
                    level));
            a2 = a2.add(
                    step.fma((FloatVector) otherA.and(LOW_HALF).convertShape(VectorOperators.I2F, FLOATS, 0), level));
            a3 = a3.add(step.fma(
                    (FloatVector)
                            otherA.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2F, FLOATS, 0),
                    level));
            IntVector evenB = wholeB.sub(oddB.lanewise(VectorOperators.LSHL, 8)).reinterpretAsInts();
            IntVector otherB = oddB.reinterpretAsInts();
            b0 = b0.add(
                    step.fma((FloatVector) evenB.and(LOW_HALF).convertShape(VectorOperators.I2F, FLOATS, 0), level));
            b1 = b1.add(step.fma(
                    (FloatVector) evenB.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2F, FLOATS, 0),
                    level));
            b2 = b2.add(
                    step.fma((FloatVector) otherB.and(LOW_HALF).convertShape(VectorOperators.I2F, FLOATS, 0), level));
            b3 = b3.add(step.fma(
                    (FloatVector)
                            otherB.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2F, FLOATS, 0),
                    level));
        }
        a0.intoArray(y, yAt);
        a1.intoArray(y, yAt + 16);
        a2.intoArray(y, yAt + 32);
        a3.intoArray(y, yAt + 48);
        b0.intoArray(y, yAt + 64);
        b1.intoArray(y, yAt + 80);
        b2.intoArray(y, yAt + 96);
        b3.intoArray(y, yAt + 112);
    }
}
