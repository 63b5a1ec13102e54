package dev.tessera.vqmodels.lowbit.product;

import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.FLOATS;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.HALF_BYTES;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.INTS;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.LANES;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.SHORTS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The Vector API twin of {@link ScalarInt8Kernels}. A lane of 16 bits holds the sum of two products, at most 2 x 127^2 in
 * magnitude. With its sign bit flipped it is a number from 0 on; pairs of these are added up as ints, whole and their upper halves
 * alone, which gives both sums exactly: fewer operations than to extend the signs of both.
 *
 * <p>Tried at 4096 x 4096 on 512 bits, in the time of this one: to convert weights to floats, 1.4; inputs in the lanes, four
 * rows at a time, 4; a stream of weights for each vector, 1.2; two vectors, 1.3.
 */
final class VectorInt8Kernels implements Int8Kernels {
    private static final int HALF = LANES / 2;
    private static final int ROWS = 4 * LANES;
    private static final short SIGN = Short.MIN_VALUE;

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public void multiply(byte[] weights, RoundedInputs inputs, float[] scales, float[] y, int from, int to) {
        for (int tile = from; tile < to; tile++) {
            tile(weights, tile * inputs.depth() * ROWS, inputs, scales, y, tile * ROWS);
        }
    }

    @Override
    public void panel(
            byte[] weights, int at, int count, float[] scales, int scalesAt, float[] panel, int panelAt, int columns) {
        VectorPanels.bytes(weights, at, ROWS, count, scales, scalesAt, panel, panelAt, columns);
    }

    private static void tile(byte[] weights, int weightsAt, RoundedInputs inputs, float[] scales, float[] y, int yAt) {
        int[] pairs = inputs.pairs();
        float[] steps = inputs.steps();
        FloatVector low0 = FloatVector.zero(FLOATS);
        FloatVector high0 = FloatVector.zero(FLOATS);
        FloatVector low1 = FloatVector.zero(FLOATS);
        FloatVector high1 = FloatVector.zero(FLOATS);
        FloatVector low2 = FloatVector.zero(FLOATS);
        FloatVector high2 = FloatVector.zero(FLOATS);
        FloatVector low3 = FloatVector.zero(FLOATS);
        FloatVector high3 = FloatVector.zero(FLOATS);
        for (int g = 0; g < steps.length; g++) {
            int first = g * inputs.length();
            int end = inputs.end(g);
            IntVector whole0 = IntVector.zero(INTS);
            IntVector upper0 = IntVector.zero(INTS);
            IntVector whole1 = IntVector.zero(INTS);
            IntVector upper1 = IntVector.zero(INTS);
            IntVector whole2 = IntVector.zero(INTS);
            IntVector upper2 = IntVector.zero(INTS);
            IntVector whole3 = IntVector.zero(INTS);
            IntVector upper3 = IntVector.zero(INTS);
            for (int i = first; i < end; i += 2) {
                int at = weightsAt + i * ROWS;
                ShortVector a = IntVector.broadcast(INTS, pairs[i]).reinterpretAsShorts();
                ShortVector b = IntVector.broadcast(INTS, pairs[i + 1]).reinterpretAsShorts();
                IntVector sum0 = a.mul(ByteVector.fromArray(HALF_BYTES, weights, at)
                                .convertShape(VectorOperators.B2S, SHORTS, 0))
                        .add(b.mul(ByteVector.fromArray(HALF_BYTES, weights, at + ROWS)
                                .convertShape(VectorOperators.B2S, SHORTS, 0)))
                        .lanewise(VectorOperators.XOR, SIGN)
                        .reinterpretAsInts();
                whole0 = whole0.add(sum0);
                upper0 = upper0.add(sum0.lanewise(VectorOperators.LSHR, 16));
                IntVector sum1 = a.mul(ByteVector.fromArray(HALF_BYTES, weights, at + LANES)
                                .convertShape(VectorOperators.B2S, SHORTS, 0))
                        .add(b.mul(ByteVector.fromArray(HALF_BYTES, weights, at + ROWS + LANES)
                                .convertShape(VectorOperators.B2S, SHORTS, 0)))
                        .lanewise(VectorOperators.XOR, SIGN)
                        .reinterpretAsInts();
                whole1 = whole1.add(sum1);
                upper1 = upper1.add(sum1.lanewise(VectorOperators.LSHR, 16));
                IntVector sum2 = a.mul(ByteVector.fromArray(HALF_BYTES, weights, at + 2 * LANES)
                                .convertShape(VectorOperators.B2S, SHORTS, 0))
                        .add(b.mul(ByteVector.fromArray(HALF_BYTES, weights, at + ROWS + 2 * LANES)
                                .convertShape(VectorOperators.B2S, SHORTS, 0)))
                        .lanewise(VectorOperators.XOR, SIGN)
                        .reinterpretAsInts();
                whole2 = whole2.add(sum2);
                upper2 = upper2.add(sum2.lanewise(VectorOperators.LSHR, 16));
                IntVector sum3 = a.mul(ByteVector.fromArray(HALF_BYTES, weights, at + 3 * LANES)
                                .convertShape(VectorOperators.B2S, SHORTS, 0))
                        .add(b.mul(ByteVector.fromArray(HALF_BYTES, weights, at + ROWS + 3 * LANES)
                                .convertShape(VectorOperators.B2S, SHORTS, 0)))
                        .lanewise(VectorOperators.XOR, SIGN)
                        .reinterpretAsInts();
                whole3 = whole3.add(sum3);
                upper3 = upper3.add(sum3.lanewise(VectorOperators.LSHR, 16));
            }
            int flipped = (end - first) / 2 * -SIGN;
            FloatVector step = FloatVector.broadcast(FLOATS, steps[g]);
            low0 = step.fma(
                    (FloatVector) whole0.sub(upper0.lanewise(VectorOperators.LSHL, 16))
                            .sub(flipped)
                            .convertShape(VectorOperators.I2F, FLOATS, 0),
                    low0);
            high0 = step.fma((FloatVector) upper0.sub(flipped).convertShape(VectorOperators.I2F, FLOATS, 0), high0);
            low1 = step.fma(
                    (FloatVector) whole1.sub(upper1.lanewise(VectorOperators.LSHL, 16))
                            .sub(flipped)
                            .convertShape(VectorOperators.I2F, FLOATS, 0),
                    low1);
            high1 = step.fma((FloatVector) upper1.sub(flipped).convertShape(VectorOperators.I2F, FLOATS, 0), high1);
            low2 = step.fma(
                    (FloatVector) whole2.sub(upper2.lanewise(VectorOperators.LSHL, 16))
                            .sub(flipped)
                            .convertShape(VectorOperators.I2F, FLOATS, 0),
                    low2);
            high2 = step.fma((FloatVector) upper2.sub(flipped).convertShape(VectorOperators.I2F, FLOATS, 0), high2);
            low3 = step.fma(
                    (FloatVector) whole3.sub(upper3.lanewise(VectorOperators.LSHL, 16))
                            .sub(flipped)
                            .convertShape(VectorOperators.I2F, FLOATS, 0),
                    low3);
            high3 = step.fma((FloatVector) upper3.sub(flipped).convertShape(VectorOperators.I2F, FLOATS, 0), high3);
        }
        low0.mul(FloatVector.fromArray(FLOATS, scales, yAt)).intoArray(y, yAt);
        high0.mul(FloatVector.fromArray(FLOATS, scales, yAt + HALF)).intoArray(y, yAt + HALF);
        low1.mul(FloatVector.fromArray(FLOATS, scales, yAt + LANES)).intoArray(y, yAt + LANES);
        high1.mul(FloatVector.fromArray(FLOATS, scales, yAt + LANES + HALF)).intoArray(y, yAt + LANES + HALF);
        low2.mul(FloatVector.fromArray(FLOATS, scales, yAt + 2 * LANES)).intoArray(y, yAt + 2 * LANES);
        high2.mul(FloatVector.fromArray(FLOATS, scales, yAt + 2 * LANES + HALF)).intoArray(y, yAt + 2 * LANES + HALF);
        low3.mul(FloatVector.fromArray(FLOATS, scales, yAt + 3 * LANES)).intoArray(y, yAt + 3 * LANES);
        high3.mul(FloatVector.fromArray(FLOATS, scales, yAt + 3 * LANES + HALF)).intoArray(y, yAt + 3 * LANES + HALF);
    }
}
