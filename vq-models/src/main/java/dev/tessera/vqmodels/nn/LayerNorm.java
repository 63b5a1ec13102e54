package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.kernels.LayerKernels;

/** Layer norm over the channels of each position (Ba, Kiros and Hinton 2016), as ConvNeXt uses it. */
public final class LayerNorm extends Pointwise {
    private static final LayerKernels KERNELS = LayerKernels.best();

    private final float[] weight;
    private final float[] bias;
    private final float epsilon;

    /**
     * @param weight {@code [channels]}
     * @param bias {@code [channels]}
     * @param epsilon what is added to the variance, above 0
     */
    public LayerNorm(float[] weight, float[] bias, float epsilon) {
        super(weight.length);
        this.weight = parameters("weight", weight, weight.length);
        this.bias = parameters("bias", bias, weight.length);
        this.epsilon = epsilon(epsilon);
    }

    static float epsilon(float epsilon) {
        if (!(epsilon > 0 && epsilon <= 1)) {
            throw new IllegalArgumentException("epsilon is " + epsilon + ", must be in (0, 1]");
        }
        return epsilon;
    }

    @Override
    void transform(FeatureMap map, Workers workers) {
        forPositions(
                map,
                workers,
                (from, to) -> KERNELS.layerNorm(map.data(), map.plane(), from, to, weight, bias, epsilon));
    }
}
