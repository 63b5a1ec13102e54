package dev.tessera.vqmodels.lowbit.product;

import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.FLOATS;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.INTS;
import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What the Vector API twins of {@link ScalarIntKernels} share: all but the integer sums of a tile, which are one compiled loop for each
 * width. What makes floats of the sums is a method of its own. With both in one, C2 of JDK 25 in up to a third of the runs left an
 * operation or two to calls, whose vectors are objects, and the product took 5 to 10 times as long: it inlines operations late, in an
 * order that differs from run to run, and gives one up whose inputs are not known to be vectors by then ({@code PrintInlining} says
 * "static call node changed: trying again"). The fewer sums a loop carries, the rarer.
 */
abstract class VectorIntKernels implements IntKernels {
    private static final int HALF = LANES / 2;
    private static final int ROWS = 2 * LANES;

    /**
     * The sums of the products of codes and integers of a tile that starts at {@code weightsAt}.
     *
     * @param sums {@code [steps][rows]}
     */
    abstract void sums(byte[] weights, int weightsAt, RoundedInputs inputs, int[] factors, int[] sums);

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int[] factors(RoundedInputs inputs) {
        int[] factors = new int[inputs.depth()];
        for (int i = 0; i < factors.length; i++) {
            int before = i % laneInputs() == 0 ? 0 : inputs.input(i - 1);
            factors[i] = RoundedInputs.pair(inputs.input(i) - (before << bits()));
        }
        return factors;
    }

    @Override
    public void multiply(
            byte[] weights,
            RoundedInputs inputs,
            int[] factors,
            int stepsOfGroup,
            float[] scales,
            float[] zeros,
            float[] y,
            int from,
            int to) {
        int steps = inputs.steps().length;
        int groups = (steps - 1) / stepsOfGroup + 1;
        int[] sums = new int[steps * ROWS];
        for (int tile = from; tile < to; tile++) {
            sums(weights, tile * inputs.depth() / laneInputs() * 2 * ROWS, inputs, factors, sums);
            scaled(sums, inputs, stepsOfGroup, scales, zeros, tile * groups * ROWS, y, tile * ROWS);
        }
    }

    private static void scaled(
            int[] sums,
            RoundedInputs inputs,
            int stepsOfGroup,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] y,
            int yAt) {
        float[] steps = inputs.steps();
        float[] inputSums = inputs.sums();
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS);
        FloatVector d = FloatVector.zero(FLOATS);
        for (int s = 0; s < steps.length; s++) {
            int at = scalesAt + s / stepsOfGroup * ROWS;
            FloatVector step = FloatVector.broadcast(FLOATS, steps[s]);
            FloatVector minus = FloatVector.broadcast(FLOATS, -inputSums[s]);
            FloatVector aSum = (FloatVector)
                    IntVector.fromArray(INTS, sums, s * ROWS).convertShape(VectorOperators.I2F, FLOATS, 0);
            a = step.mul(minus.fma(FloatVector.fromArray(FLOATS, zeros, at), aSum))
                    .fma(FloatVector.fromArray(FLOATS, scales, at), a);
            FloatVector bSum = (FloatVector)
                    IntVector.fromArray(INTS, sums, s * ROWS + HALF).convertShape(VectorOperators.I2F, FLOATS, 0);
            b = step.mul(minus.fma(FloatVector.fromArray(FLOATS, zeros, at + HALF), bSum))
                    .fma(FloatVector.fromArray(FLOATS, scales, at + HALF), b);
            FloatVector cSum = (FloatVector)
                    IntVector.fromArray(INTS, sums, s * ROWS + LANES).convertShape(VectorOperators.I2F, FLOATS, 0);
            c = step.mul(minus.fma(FloatVector.fromArray(FLOATS, zeros, at + LANES), cSum))
                    .fma(FloatVector.fromArray(FLOATS, scales, at + LANES), c);
            FloatVector dSum = (FloatVector) IntVector.fromArray(INTS, sums, s * ROWS + LANES + HALF)
                    .convertShape(VectorOperators.I2F, FLOATS, 0);
            d = step.mul(minus.fma(FloatVector.fromArray(FLOATS, zeros, at + LANES + HALF), dSum))
                    .fma(FloatVector.fromArray(FLOATS, scales, at + LANES + HALF), d);
        }
        a.intoArray(y, yAt);
        b.intoArray(y, yAt + HALF);
        c.intoArray(y, yAt + LANES);
        d.intoArray(y, yAt + LANES + HALF);
    }

    @Override
    public void panel(
            byte[] weights,
            int lane,
            int count,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] panel,
            int panelAt,
            int columns) {
        VectorPanels.codes(bits(), weights, lane, rows(), count, scales, zeros, scalesAt, panel, panelAt, columns);
    }
}
