package dev.tessera.vqmodels.lowbit.product;

import static dev.tessera.vqmodels.lowbit.product.LaneSpecies.LANES;

/**
 * What the Vector API twins of {@link ScalarIntKernels} share: all but the product of a tile, which is one compiled loop for each
 * width. With both loops in one class the one that ran second was compiled without a profile and took five times as long.
 */
abstract class VectorIntKernels implements IntKernels {
    abstract void tile(
            byte[] weights,
            int weightsAt,
            RoundedInputs inputs,
            int[] factors,
            int stepsOfGroup,
            float[] scales,
            float[] zeros,
            int scalesAt,
            float[] y,
            int yAt);

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
        int groups = (inputs.steps().length - 1) / stepsOfGroup + 1;
        for (int tile = from; tile < to; tile++) {
            int weightsAt = tile * inputs.depth() / laneInputs() * 2 * rows();
            int scalesAt = tile * groups * rows();
            tile(weights, weightsAt, inputs, factors, stepsOfGroup, scales, zeros, scalesAt, y, tile * rows());
        }
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
