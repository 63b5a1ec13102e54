package dev.tessera.vqmodels.quantize;

import dev.tessera.vqmodels.lowbit.fit.Hessian;
import dev.tessera.vqmodels.nn.Conv;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.LayerObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sums up what enters the layers of a network while it works on calibration data. Layers without name and those with groups, of
 * which every group has inputs of its own, are left out. Not safe for several threads.
 */
public final class Calibration implements LayerObserver {
    private static final int POSITIONS = 256; // of a layer and item; neighbours say nearly the same

    private final int threads;
    private final Map<String, Hessian> hessians = new HashMap<>();

    /** @param threads at least 1; the sums do not depend on it */
    public Calibration(int threads) {
        this.threads = threads;
    }

    @Override
    public void observe(Conv layer, FeatureMap in) {
        if (layer.name().isEmpty() || layer.groups() != 1) {
            return;
        }
        float[] rows = layer.inputRows(in, POSITIONS);
        hessians.merge(layer.name(), Hessian.of(layer.products(), rows, threads), Hessian::plus);
    }

    /** Whether anything was seen. */
    public boolean isEmpty() {
        return hessians.isEmpty();
    }

    /** What entered the layers whose weights are called {@code name}. */
    public Optional<Hessian> hessian(String name) {
        return Optional.ofNullable(hessians.get(name));
    }
}
