package dev.tessera.vqmodels.integer;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API twin of {@link ScalarIntegerKernels}; a lane is an output. */
final class VectorIntegerKernels implements IntegerKernels {
    private static final VectorSpecies<Integer> SPECIES = species();
    private static final int LANES = SPECIES.length();

    /** The widest species up to 512 bits, or the width in bits that {@code tessera.kernels.bits} asks for (tests). */
    private static VectorSpecies<Integer> species() {
        return switch (Integer.getInteger("tessera.kernels.bits", IntVector.SPECIES_PREFERRED.vectorBitSize())) {
            case 64 -> IntVector.SPECIES_64;
            case 128 -> IntVector.SPECIES_128;
            case 256 -> IntVector.SPECIES_256;
            default -> IntVector.SPECIES_512;
        };
    }

    @Override
    public void accumulate(int[] weights, int panelSize, int[] rows, int[] values, int count, int[] sums, int panels) {
        for (int p = 0; p < panels; p++) {
            for (int j = 0; j < COLUMNS; j += 2 * LANES) {
                twoVectors(weights, p * panelSize + j, rows, values, count, sums, p * COLUMNS + j);
            }
        }
    }

    private static void twoVectors(int[] weights, int from, int[] rows, int[] values, int count, int[] sums, int to) {
        IntVector a = IntVector.fromArray(SPECIES, sums, to);
        IntVector b = IntVector.fromArray(SPECIES, sums, to + LANES);
        for (int k = 0; k < count; k++) {
            IntVector value = IntVector.broadcast(SPECIES, values[k]);
            int row = from + rows[k];
            a = a.add(value.mul(IntVector.fromArray(SPECIES, weights, row)));
            b = b.add(value.mul(IntVector.fromArray(SPECIES, weights, row + LANES)));
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + LANES);
    }
}
