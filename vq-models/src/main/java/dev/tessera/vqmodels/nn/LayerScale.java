package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;

/** A learned factor per channel (Touvron et al. 2021, CaiT). */
public final class LayerScale extends Pointwise {
    private final float[] factors;

    /**
     * @param factors {@code [channels]}
     */
    public LayerScale(float[] factors) {
        super(factors.length);
        this.factors = parameters("factors", factors, factors.length);
    }

    @Override
    void transform(FeatureMap map, Workers workers) {
        int plane = map.plane();
        float[] x = map.data();
        forChannels(map, workers, (from, to) -> {
            for (int c = from; c < to; c++) {
                float factor = factors[c];
                for (int i = c * plane; i < (c + 1) * plane; i++) {
                    x[i] *= factor;
                }
            }
        });
    }
}
