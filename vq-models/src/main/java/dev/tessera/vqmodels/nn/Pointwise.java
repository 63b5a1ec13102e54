package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;

/** A layer whose outputs at a position depend on the inputs at that position only; it may work in place. */
public abstract sealed class Pointwise extends Layer permits Activation, LayerNorm, LayerScale, RmsNorm, Snake {
    private static final int TASK_VALUES = 1 << 16;

    Pointwise(int channels) {
        super(channels, channels);
    }

    abstract void transform(FeatureMap map, Workers workers);

    @Override
    final FeatureMap apply(Region in, Window out, Pass pass) {
        FeatureMap map = in.crop(out);
        transform(map, pass.workers());
        return map;
    }

    /** Shares out positions, for layers that look at all channels of one. */
    static void forPositions(FeatureMap map, Workers workers, Workers.RowTask task) {
        workers.runRows(map.plane(), Math.max(TASK_VALUES / map.channels() / 64 * 64, 64), task);
    }

    /** Shares out channels. */
    static void forChannels(FeatureMap map, Workers workers, Workers.RowTask task) {
        workers.runRows(map.channels(), Math.clamp(TASK_VALUES / Math.max(map.plane(), 1), 1, map.channels()), task);
    }
}
