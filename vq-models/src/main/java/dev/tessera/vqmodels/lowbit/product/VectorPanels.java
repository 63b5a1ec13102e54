package dev.tessera.vqmodels.lowbit.product;

import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.BYTES;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.FLOATS;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.HALF_BYTES;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.INTS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API twins of {@link IntKernels#panel}, {@link Int8Kernels#panel}, where two rows have the halves of a lane of 32 bits, and
 * {@link LookupKernels#panel}.
 */
final class VectorPanels {
    private static final int AT_ONCE = 4;
    private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;
    private static final VectorSpecies<Integer> EIGHT_INTS = IntVector.SPECIES_256;

    private VectorPanels() {}

    /** Codes of 2 or 4 bits in tiles of {@code rows}. */
    static void codes(
            int bits,
            byte[] weights,
            int lane,
            int rows,
            int count,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] panel,
            int panelAt,
            int columns) {
        int laneInputs = Short.SIZE / bits;
        int mask = (1 << bits) - 1;
        int first = lane & -2; // of the pair of rows
        int upper = lane % 2 * Short.SIZE;
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, scalesAt);
        FloatVector zero = FloatVector.fromArray(FLOATS, zeros, scalesAt);
        for (int i = 0; i < count; i += AT_ONCE) {
            int at = 2 * (first + i / laneInputs * rows);
            int to = panelAt + i * columns;
            IntVector w0 = ByteVector.fromArray(BYTES, weights, at)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHR, upper + i % laneInputs * bits);
            IntVector w1 = w0.lanewise(VectorOperators.LSHR, bits);
            IntVector w2 = w0.lanewise(VectorOperators.LSHR, 2 * bits);
            IntVector w3 = w0.lanewise(VectorOperators.LSHR, 3 * bits);
            ((FloatVector) w0.and(mask).convertShape(VectorOperators.I2F, FLOATS, 0))
                    .sub(zero)
                    .mul(scale)
                    .intoArray(panel, to);
            ((FloatVector) w1.and(mask).convertShape(VectorOperators.I2F, FLOATS, 0))
                    .sub(zero)
                    .mul(scale)
                    .intoArray(panel, to + columns);
            ((FloatVector) w2.and(mask).convertShape(VectorOperators.I2F, FLOATS, 0))
                    .sub(zero)
                    .mul(scale)
                    .intoArray(panel, to + 2 * columns);
            ((FloatVector) w3.and(mask).convertShape(VectorOperators.I2F, FLOATS, 0))
                    .sub(zero)
                    .mul(scale)
                    .intoArray(panel, to + 3 * columns);
        }
    }

    /** Bytes in tiles of {@code rows}. */
    static void bytes(
            byte[] weights,
            int at,
            int rows,
            int count,
            float[] scales,
            int scalesAt,
            float[] panel,
            int panelAt,
            int columns) {
        int first = at & -2; // of the pair of rows
        int up = (at % 2 == 0 ? 3 : 2) * Byte.SIZE;
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, scalesAt);
        for (int i = 0; i < count; i++) {
            IntVector pairs = (IntVector) ByteVector.fromArray(HALF_BYTES, weights, first + i * rows)
                    .reinterpretAsShorts()
                    .convertShape(VectorOperators.S2I, INTS, 0);
            ((FloatVector) pairs.lanewise(VectorOperators.LSHL, up)
                            .lanewise(VectorOperators.ASHR, 3 * Byte.SIZE)
                            .convertShape(VectorOperators.I2F, FLOATS, 0))
                    .mul(scale)
                    .intoArray(panel, panelAt + i * columns);
        }
    }

    /** Halves of bytes that are indices of code vectors, of 8 rows. */
    static void halves(
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
        int first = at & -LookupKernels.ROWS; // of the tile
        int shift = at % 2 * Byte.SIZE;
        FloatVector scale = FloatVector.fromArray(EIGHT, scales, scalesAt);
        for (int b = 0; b < blocks; b++) {
            IntVector codes =
                    (IntVector) ByteVector.fromArray(ByteVector.SPECIES_128, weights, first + b * LookupKernels.ROWS)
                            .reinterpretAsShorts()
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, EIGHT_INTS, 0);
            IntVector low = codes.lanewise(VectorOperators.LSHR, shift).and(15);
            IntVector high = codes.lanewise(VectorOperators.LSHR, shift + 4).and(15);
            VectorMask<Integer> lowBeyond = low.compare(VectorOperators.GT, 7);
            VectorMask<Integer> highBeyond = high.compare(VectorOperators.GT, 7);
            int to = panelAt + 2 * b * dim * columns;
            for (int d = 0; d < dim; d++) {
                int from = turnedAt + d * LookupTables.ENTRIES;
                IntVector begin = FloatVector.fromArray(EIGHT, turned, from).reinterpretAsInts();
                IntVector rest = FloatVector.fromArray(EIGHT, turned, from + 8).reinterpretAsInts();
                low.selectFrom(begin) // an index counts modulo 8
                        .blend(low.selectFrom(rest), lowBeyond)
                        .reinterpretAsFloats()
                        .mul(scale)
                        .intoArray(panel, to + d * columns);
                high.selectFrom(begin)
                        .blend(high.selectFrom(rest), highBeyond)
                        .reinterpretAsFloats()
                        .mul(scale)
                        .intoArray(panel, to + (dim + d) * columns);
            }
        }
    }
}
