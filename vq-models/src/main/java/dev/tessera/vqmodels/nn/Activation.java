package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;
import dev.tessera.vqmodels.kernels.LayerKernels;

/** A function of each value by itself. */
public final class Activation extends Pointwise {
    /** The functions. */
    public enum Function {
        /** x Phi(x) (Hendrycks and Gimpel 2016), to 2e-7 max(1, |x|). */
        GELU,
        /** x / (1 + exp(-x)) (Elfwing, Uchibe and Doya 2017), to a relative 3e-7. */
        SILU
    }

    private static final LayerKernels KERNELS = LayerKernels.best();

    private final Function function;

    public Activation(Function function, int channels) {
        super(channels);
        this.function = function;
    }

    /** The function. */
    public Function function() {
        return function;
    }

    @Override
    void transform(FeatureMap map, Workers workers) {
        int plane = map.plane();
        forChannels(map, workers, (from, to) -> {
            switch (function) {
                case GELU -> KERNELS.gelu(map.data(), from * plane, to * plane);
                case SILU -> KERNELS.silu(map.data(), from * plane, to * plane);
            }
        });
    }
}
