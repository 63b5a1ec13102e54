package dev.tessera.vqmodels.lowbit.product;

import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.BYTES;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.FLOATS;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.INTS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The Vector API twin of {@link ScalarBitPlaneKernels}. Lanes are rows. Bits are counted by bytes, which CPUs without counts of bits in vectors do in
 * two shuffles; bytes hold the counts of a segment, 8 words x 8 bits x (1 + 2), and then halves of ints those of all planes.
 *
 * <p>Tried at 4096 x 4096, ternary, inputs of 2 bits, in the time of this one with 512 bits and with AVX2: bits counted by ints, 1.1 and 1.4; by
 * longs of 64 inputs, 1.1 and 1.1, in groups of 32 1.6; four vectors, 0.9 to 1.1; a pass for each pair of planes, 1.6.
 */
final class VectorBitPlaneKernels implements BitPlaneKernels {
    private static final int LANES = INTS.length();
    private static final int ROWS = 2 * LANES;
    private static final int EVEN_BYTES = 0xFF00FF;
    private static final int LOW_HALF = 0xFFFF;

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
        for (int tile = from; tile < to; tile++) {
            int weightsAt = tile * inputs.cuts().allWords() * planes * ROWS;
            if (inputs.bits() == 1) {
                one(weights, weightsAt, planes, inputs, scales, zeros, tile * groups * ROWS, y, tile * ROWS);
            } else {
                two(weights, weightsAt, planes, inputs, scales, zeros, tile * groups * ROWS, y, tile * ROWS);
            }
        }
    }

    private static void one(
            int[] weights,
            int weightsAt,
            int planes,
            PlaneSegments inputs,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] y,
            int yAt) {
        int[] masks = inputs.masks();
        int[] flips = inputs.flips();
        PlaneCuts cuts = inputs.cuts();
        int stride = planes * ROWS;
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        for (int s = 0; s < cuts.segments(); s++) {
            int first = cuts.words()[s];
            int end = cuts.words()[s + 1];
            IntVector n0 = IntVector.zero(INTS);
            IntVector n1 = IntVector.zero(INTS);
            for (int plane = stride - ROWS; plane >= 0; plane -= ROWS) {
                ByteVector a0 = ByteVector.zero(BYTES);
                ByteVector a1 = ByteVector.zero(BYTES);
                for (int word = first; word < end; word++) {
                    int at = weightsAt + plane + word * stride;
                    IntVector mask = IntVector.broadcast(INTS, masks[word]);
                    IntVector flip = IntVector.broadcast(INTS, flips[word]);
                    IntVector w0 = IntVector.fromArray(INTS, weights, at);
                    a0 = a0.add(w0.and(mask)
                            .lanewise(VectorOperators.XOR, flip)
                            .reinterpretAsBytes()
                            .lanewise(VectorOperators.BIT_COUNT));
                    IntVector w1 = IntVector.fromArray(INTS, weights, at + LANES);
                    a1 = a1.add(w1.and(mask)
                            .lanewise(VectorOperators.XOR, flip)
                            .reinterpretAsBytes()
                            .lanewise(VectorOperators.BIT_COUNT));
                }
                IntVector c0 = a0.reinterpretAsInts();
                n0 = n0.add(n0)
                        .add(c0.and(EVEN_BYTES))
                        .add(c0.lanewise(VectorOperators.LSHR, 8).and(EVEN_BYTES));
                IntVector c1 = a1.reinterpretAsInts();
                n1 = n1.add(n1)
                        .add(c1.and(EVEN_BYTES))
                        .add(c1.lanewise(VectorOperators.LSHR, 8).and(EVEN_BYTES));
            }
            n0 = n0.and(LOW_HALF).add(n0.lanewise(VectorOperators.LSHR, 16));
            n1 = n1.and(LOW_HALF).add(n1.lanewise(VectorOperators.LSHR, 16));
            FloatVector step = FloatVector.broadcast(FLOATS, inputs.steps()[s]);
            FloatVector base = FloatVector.broadcast(FLOATS, inputs.bases()[s]);
            FloatVector minus = FloatVector.broadcast(FLOATS, -inputs.sums()[s]);
            int at = scalesAt + cuts.groups()[s] * ROWS;
            FloatVector f0 = (FloatVector) n0.convertShape(VectorOperators.I2F, FLOATS, 0);
            f0 = minus.fma(FloatVector.fromArray(FLOATS, zeros, at), f0.add(base));
            y0 = step.mul(f0).fma(FloatVector.fromArray(FLOATS, scales, at), y0);
            FloatVector f1 = (FloatVector) n1.convertShape(VectorOperators.I2F, FLOATS, 0);
            f1 = minus.fma(FloatVector.fromArray(FLOATS, zeros, at + LANES), f1.add(base));
            y1 = step.mul(f1).fma(FloatVector.fromArray(FLOATS, scales, at + LANES), y1);
        }
        y0.intoArray(y, yAt);
        y1.intoArray(y, yAt + LANES);
    }

    private static void two(
            int[] weights,
            int weightsAt,
            int planes,
            PlaneSegments inputs,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] y,
            int yAt) {
        int[] masks = inputs.masks();
        int[] flips = inputs.flips();
        PlaneCuts cuts = inputs.cuts();
        int words = cuts.allWords();
        int stride = planes * ROWS;
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector y1 = FloatVector.zero(FLOATS);
        for (int s = 0; s < cuts.segments(); s++) {
            int first = cuts.words()[s];
            int end = cuts.words()[s + 1];
            IntVector n0 = IntVector.zero(INTS);
            IntVector n1 = IntVector.zero(INTS);
            for (int plane = stride - ROWS; plane >= 0; plane -= ROWS) {
                ByteVector a0 = ByteVector.zero(BYTES);
                ByteVector a1 = ByteVector.zero(BYTES);
                ByteVector b0 = ByteVector.zero(BYTES);
                ByteVector b1 = ByteVector.zero(BYTES);
                for (int word = first; word < end; word++) {
                    int at = weightsAt + plane + word * stride;
                    IntVector mask0 = IntVector.broadcast(INTS, masks[word]);
                    IntVector flip0 = IntVector.broadcast(INTS, flips[word]);
                    IntVector mask1 = IntVector.broadcast(INTS, masks[words + word]);
                    IntVector flip1 = IntVector.broadcast(INTS, flips[words + word]);
                    IntVector w0 = IntVector.fromArray(INTS, weights, at);
                    a0 = a0.add(w0.and(mask0)
                            .lanewise(VectorOperators.XOR, flip0)
                            .reinterpretAsBytes()
                            .lanewise(VectorOperators.BIT_COUNT));
                    b0 = b0.add(w0.and(mask1)
                            .lanewise(VectorOperators.XOR, flip1)
                            .reinterpretAsBytes()
                            .lanewise(VectorOperators.BIT_COUNT));
                    IntVector w1 = IntVector.fromArray(INTS, weights, at + LANES);
                    a1 = a1.add(w1.and(mask0)
                            .lanewise(VectorOperators.XOR, flip0)
                            .reinterpretAsBytes()
                            .lanewise(VectorOperators.BIT_COUNT));
                    b1 = b1.add(w1.and(mask1)
                            .lanewise(VectorOperators.XOR, flip1)
                            .reinterpretAsBytes()
                            .lanewise(VectorOperators.BIT_COUNT));
                }
                IntVector c0 = a0.add(b0).add(b0).reinterpretAsInts();
                n0 = n0.add(n0)
                        .add(c0.and(EVEN_BYTES))
                        .add(c0.lanewise(VectorOperators.LSHR, 8).and(EVEN_BYTES));
                IntVector c1 = a1.add(b1).add(b1).reinterpretAsInts();
                n1 = n1.add(n1)
                        .add(c1.and(EVEN_BYTES))
                        .add(c1.lanewise(VectorOperators.LSHR, 8).and(EVEN_BYTES));
            }
            n0 = n0.and(LOW_HALF).add(n0.lanewise(VectorOperators.LSHR, 16));
            n1 = n1.and(LOW_HALF).add(n1.lanewise(VectorOperators.LSHR, 16));
            FloatVector step = FloatVector.broadcast(FLOATS, inputs.steps()[s]);
            FloatVector base = FloatVector.broadcast(FLOATS, inputs.bases()[s]);
            FloatVector minus = FloatVector.broadcast(FLOATS, -inputs.sums()[s]);
            int at = scalesAt + cuts.groups()[s] * ROWS;
            FloatVector f0 = (FloatVector) n0.convertShape(VectorOperators.I2F, FLOATS, 0);
            f0 = minus.fma(FloatVector.fromArray(FLOATS, zeros, at), f0.add(base));
            y0 = step.mul(f0).fma(FloatVector.fromArray(FLOATS, scales, at), y0);
            FloatVector f1 = (FloatVector) n1.convertShape(VectorOperators.I2F, FLOATS, 0);
            f1 = minus.fma(FloatVector.fromArray(FLOATS, zeros, at + LANES), f1.add(base));
            y1 = step.mul(f1).fma(FloatVector.fromArray(FLOATS, scales, at + LANES), y1);
        }
        y0.intoArray(y, yAt);
        y1.intoArray(y, yAt + LANES);
    }
}
