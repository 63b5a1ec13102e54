package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.kernels.LayerKernels;

/** x + sin(alpha x)^2 / alpha with an alpha per channel: an activation with a learned period (Ziyin et al. 2020, equation 3). */
public final class Snake extends Pointwise {
    private static final LayerKernels KERNELS = LayerKernels.best();
    private static final float MIN_ALPHA = 1e-6f;

    private final float[] alpha;

    /**
     * @param alpha {@code [channels]}, none nearer to 0 than 1e-6
     */
    public Snake(float[] alpha) {
        super(alpha.length);
        this.alpha = parameters("alpha", alpha, alpha.length);
        for (int c = 0; c < alpha.length; c++) {
            if (Math.abs(alpha[c]) < MIN_ALPHA) {
                throw new IllegalArgumentException(
                        "alpha[" + c + "] is " + alpha[c] + ", must be at least 1e-6 away from 0");
            }
        }
    }

    @Override
    void transform(FeatureMap map, Workers workers) {
        int plane = map.plane();
        forChannels(map, workers, (from, to) -> {
            for (int c = from; c < to; c++) {
                KERNELS.snake(map.data(), c * plane, (c + 1) * plane, alpha[c]);
            }
        });
    }
}
