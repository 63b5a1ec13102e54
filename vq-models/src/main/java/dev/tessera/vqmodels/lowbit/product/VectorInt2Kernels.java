package dev.tessera.vqmodels.lowbit.product;

import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.BYTES;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.INTS;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.LANES;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.SHORTS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The Vector API twin of {@link ScalarIntKernels} for codes of 2 bits, as {@link VectorInt4Kernels}: eight inputs a lane, four at a time,
 * since a body of all eight was left in part to calls ({@link VectorIntKernels}). One vector in place of two took 1.4 times as long.
 */
final class VectorInt2Kernels extends VectorIntKernels {
    private static final int HALF = LANES / 2;
    private static final int ROWS = 2 * LANES;
    private static final short SIGN = Short.MIN_VALUE;

    @Override
    public int bits() {
        return 2;
    }

    @Override
    void sums(byte[] weights, int weightsAt, RoundedInputs inputs, int[] factors, int[] sums) {
        int steps = inputs.steps().length;
        for (int s = 0; s < steps; s++) {
            int first = s * inputs.length();
            int end = inputs.end(s);
            IntVector whole0 = IntVector.zero(INTS);
            IntVector upper0 = IntVector.zero(INTS);
            IntVector whole1 = IntVector.zero(INTS);
            IntVector upper1 = IntVector.zero(INTS);
            for (int block = first; block < end; block += BLOCK) {
                ShortVector sum0 = ShortVector.zero(SHORTS);
                ShortVector sum1 = ShortVector.zero(SHORTS);
                for (int half = 0; half < 8; half += 4) {
                    int shift = 2 * half;
                    for (int i = block; i < block + BLOCK; i += 8) {
                        int at = weightsAt + i * HALF; // linear in i, or bounds are checked in every turn
                        ShortVector a =
                                IntVector.broadcast(INTS, factors[i + half]).reinterpretAsShorts();
                        ShortVector b =
                                IntVector.broadcast(INTS, factors[i + half + 1]).reinterpretAsShorts();
                        ShortVector c =
                                IntVector.broadcast(INTS, factors[i + half + 2]).reinterpretAsShorts();
                        ShortVector d =
                                IntVector.broadcast(INTS, factors[i + half + 3]).reinterpretAsShorts();
                        ShortVector w0 = ByteVector.fromArray(BYTES, weights, at)
                                .reinterpretAsShorts()
                                .lanewise(VectorOperators.LSHR, shift);
                        sum0 = sum0.add(a.mul(w0)
                                .add(b.mul(w0.lanewise(VectorOperators.LSHR, 2)))
                                .add(c.mul(w0.lanewise(VectorOperators.LSHR, 4))
                                        .add(d.mul(w0.lanewise(VectorOperators.LSHR, 6)))));
                        ShortVector w1 = ByteVector.fromArray(BYTES, weights, at + 2 * LANES)
                                .reinterpretAsShorts()
                                .lanewise(VectorOperators.LSHR, shift);
                        sum1 = sum1.add(a.mul(w1)
                                .add(b.mul(w1.lanewise(VectorOperators.LSHR, 2)))
                                .add(c.mul(w1.lanewise(VectorOperators.LSHR, 4))
                                        .add(d.mul(w1.lanewise(VectorOperators.LSHR, 6)))));
                    }
                }
                IntVector flipped0 = sum0.lanewise(VectorOperators.XOR, SIGN).reinterpretAsInts();
                whole0 = whole0.add(flipped0);
                upper0 = upper0.add(flipped0.lanewise(VectorOperators.LSHR, 16));
                IntVector flipped1 = sum1.lanewise(VectorOperators.XOR, SIGN).reinterpretAsInts();
                whole1 = whole1.add(flipped1);
                upper1 = upper1.add(flipped1.lanewise(VectorOperators.LSHR, 16));
            }
            int flips = (end - first) / BLOCK * -SIGN;
            whole0.sub(upper0.lanewise(VectorOperators.LSHL, 16)).sub(flips).intoArray(sums, s * ROWS);
            upper0.sub(flips).intoArray(sums, s * ROWS + HALF);
            whole1.sub(upper1.lanewise(VectorOperators.LSHL, 16)).sub(flips).intoArray(sums, s * ROWS + LANES);
            upper1.sub(flips).intoArray(sums, s * ROWS + LANES + HALF);
        }
    }
}
