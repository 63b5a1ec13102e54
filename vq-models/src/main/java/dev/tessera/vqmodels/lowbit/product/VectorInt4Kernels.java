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
 * The Vector API twin of {@link ScalarIntKernels}: 16-bit lanes sum the products of 16 inputs, and go on to 32 bits as in {@link
 * VectorInt8Kernels}.
 *
 * <p>Codes are not cut out. A lane of 4-bit codes shifted right by 4 j bits holds code j and, times 16, what follows it; so inputs a, b, c,
 * d multiply shifted lanes as a, b - 16 a, c - 16 b, d - 16 c, and what was too much cancels out, modulo 2^16 as the lanes count, in
 * which the sum itself fits.
 *
 * <p>Tried at 4096 x 4096, 4 bits, 512 bits, groups of 32, in the time of this one: nibbles cut out, 1.15; all 16 inputs in one body, 1.4;
 * four vectors, 1.1; looking sums of 4 inputs up bit by bit ({@link LookupMatrix}), 4 at 1024 x 1024. In groups of 128: look-ups for 64
 * rows at once, in tables of 6 bits, whose rounding would add some 4 % relative to y, 0.9, where weights come from L3, and 0.75 at 1024 x 1024.
 */
final class VectorInt4Kernels extends VectorIntKernels {
    private static final int HALF = LANES / 2;
    private static final int ROWS = 2 * LANES;
    private static final short SIGN = Short.MIN_VALUE;

    @Override
    public int bits() {
        return 4;
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
                for (int i = block; i < block + BLOCK; i += 4) {
                    int at = weightsAt + i * LANES; // linear in i, or bounds are checked in every turn
                    ShortVector a = IntVector.broadcast(INTS, factors[i]).reinterpretAsShorts();
                    ShortVector b = IntVector.broadcast(INTS, factors[i + 1]).reinterpretAsShorts();
                    ShortVector c = IntVector.broadcast(INTS, factors[i + 2]).reinterpretAsShorts();
                    ShortVector d = IntVector.broadcast(INTS, factors[i + 3]).reinterpretAsShorts();
                    ShortVector w0 = ByteVector.fromArray(BYTES, weights, at).reinterpretAsShorts();
                    sum0 = sum0.add(a.mul(w0)
                            .add(b.mul(w0.lanewise(VectorOperators.LSHR, 4)))
                            .add(c.mul(w0.lanewise(VectorOperators.LSHR, 8))
                                    .add(d.mul(w0.lanewise(VectorOperators.LSHR, 12)))));
                    ShortVector w1 =
                            ByteVector.fromArray(BYTES, weights, at + 2 * LANES).reinterpretAsShorts();
                    sum1 = sum1.add(a.mul(w1)
                            .add(b.mul(w1.lanewise(VectorOperators.LSHR, 4)))
                            .add(c.mul(w1.lanewise(VectorOperators.LSHR, 8))
                                    .add(d.mul(w1.lanewise(VectorOperators.LSHR, 12)))));
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
