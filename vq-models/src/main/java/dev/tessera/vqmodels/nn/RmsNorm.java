package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.kernels.LayerKernels;

/** Root-mean-square norm over the channels of each position (Zhang and Sennrich 2019). */
public final class RmsNorm extends Pointwise {
    private static final LayerKernels KERNELS = LayerKernels.best();

    private final float[] weight;
    private final float epsilon;

    /**
     * @param weight {@code [channels]}
     * @param epsilon what is added to the mean square, above 0
     */
    public RmsNorm(float[] weight, float epsilon) {
        super(weight.length);
        this.weight = parameters("weight", weight, weight.length);
        this.epsilon = LayerNorm.epsilon(epsilon);
    }

    @Override
    void transform(FeatureMap map, Workers workers) {
        forPositions(map, workers, (from, to) -> KERNELS.rmsNorm(map.data(), map.plane(), from, to, weight, epsilon));
    }
}
