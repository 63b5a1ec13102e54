package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * What the layers share while one input goes through them: threads, and the arrays of maps that nobody reads any more. Those are in
 * the cache still and need no zeros, which is worth a tenth of the time of a convolution of one position.
 */
final class Pass implements AutoCloseable {
    private static final int SPARES = 4; // the input, the output and the inner map of a residual, and one more

    private final Workers workers;
    private final Deque<float[]> spares = new ArrayDeque<>(); // the latest first

    Pass(int threads) {
        this.workers = new Workers(threads);
    }

    Workers workers() {
        return workers;
    }

    /** A map to be filled in whole: its values are anything. */
    FeatureMap map(int channels, int height, int width) {
        int size = FeatureMap.size(channels, height, width);
        for (Iterator<float[]> each = spares.iterator(); each.hasNext(); ) {
            float[] spare = each.next();
            if (spare.length == size) {
                each.remove();
                return FeatureMap.around(channels, height, width, spare);
            }
        }
        return FeatureMap.zeros(channels, height, width);
    }

    /** Takes back what {@link #map} or a layer gave. */
    void release(FeatureMap map) {
        spares.addFirst(map.data());
        if (spares.size() > SPARES) {
            spares.removeLast();
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
