package dev.tessera.codebook.internal.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The code vectors once more, those together of which {@link VectorNearestKernel} knows the best only: same group, same lane. For limits
 * of the scores of all but the winner; the additions here have another order than scores have.
 */
final class ClassCodes {
    private static final VectorSpecies<Float> SPECIES = VectorNearestKernel.SPECIES;
    private static final int LANES = SPECIES.length();
    private static final IntVector IOTA = IntVector.broadcast(VectorSpecies.of(int.class, SPECIES.vectorShape()), 0)
            .addIndex(1);

    private final int dim;
    private final int groupUnits; // registers' worth of code vectors in a group
    private final int units; // of a class
    private final float[] packed; // [groups x LANES x units x dim x LANES]
    private final float[] bias; // [groups x LANES x units x LANES], negative infinity past the last

    /**
     * @param groupSize code vectors in a group, a multiple of the lanes
     */
    ClassCodes(CentredCodes codes, int groupSize, int groups) {
        this.dim = codes.dim();
        this.groupUnits = groupSize / LANES;
        this.units = (groupUnits + LANES - 1) / LANES;
        this.packed = new float[Math.multiplyExact(groups * LANES, units * dim * LANES)];
        this.bias = new float[groups * LANES * units * LANES];
        Arrays.fill(bias, Float.NEGATIVE_INFINITY);
        for (int j = 0; j < codes.codebookSize(); j++) {
            int at = classOf(j) * units * LANES + member(j);
            bias[at] = codes.bias()[j];
            int to = at / LANES * dim * LANES + at % LANES;
            for (int k = 0; k < dim; k++) {
                packed[to + k * LANES] = codes.codes()[j * dim + k];
            }
        }
    }

    private int classOf(int j) {
        return j / LANES / groupUnits * LANES + j % LANES;
    }

    private int member(int j) {
        return j / LANES % groupUnits;
    }

    /**
     * The best scores of the winner's class but its own, lane by lane.
     *
     * @param x a centred vector, value k at {@code at + k * stride}
     */
    FloatVector others(int winner, float[] x, int at, int stride) {
        int first = classOf(winner) * units;
        int member = member(winner);
        FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int u = 0; u < units; u++) {
            FloatVector score = score(packed, (first + u) * dim * LANES, bias, (first + u) * LANES, x, at, stride, dim);
            var open = IOTA.compare(VectorOperators.NE, member - u * LANES).cast(SPECIES);
            most = most.blend(score, score.compare(VectorOperators.GT, most).and(open));
        }
        return most;
    }

    private static FloatVector score(
            float[] packed, int from, float[] bias, int biasAt, float[] x, int at, int stride, int dim) {
        FloatVector even = FloatVector.fromArray(SPECIES, bias, biasAt);
        FloatVector odd = FloatVector.zero(SPECIES);
        int k = 0;
        for (; k + 2 <= dim; k += 2) {
            FloatVector c0 = FloatVector.fromArray(SPECIES, packed, from + k * LANES);
            FloatVector c1 = FloatVector.fromArray(SPECIES, packed, from + (k + 1) * LANES);
            even = FloatVector.broadcast(SPECIES, x[at + k * stride]).fma(c0, even);
            odd = FloatVector.broadcast(SPECIES, x[at + (k + 1) * stride]).fma(c1, odd);
        }
        if (k < dim) {
            even = FloatVector.broadcast(SPECIES, x[at + k * stride])
                    .fma(FloatVector.fromArray(SPECIES, packed, from + k * LANES), even);
        }
        return even.add(odd);
    }
}
