package dev.tessera.vqmodels.lowbit.product;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of 16-bit lanes and what they convert from and to, the widest, or as the system property {@code tessera.kernels.bits} asks. */
final class LaneSpecies {
    static final VectorShape SHAPE =
            switch (Integer.getInteger("tessera.kernels.bits", ShortVector.SPECIES_PREFERRED.vectorBitSize())) {
                case 512 -> VectorShape.S_512_BIT;
                case 256 -> VectorShape.S_256_BIT;
                default -> VectorShape.S_128_BIT;
            };
    static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Byte> HALF_BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_128.withShape(SHAPE);
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128.withShape(SHAPE);
    static final int LANES = SHORTS.length();

    private LaneSpecies() {}
}
