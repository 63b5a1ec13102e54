package dev.tessera.vqmodels.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * A layer at work on a series that arrives in chunks: it keeps the inputs that later outputs need, and puts out each output as soon
 * as its inputs are there.
 */
abstract sealed class LayerStream {
    static final int MAX_POSITIONS = 1 << 30;

    /** The outputs that {@code chunk}, perhaps empty, makes possible; all that remain when it is the last. */
    abstract FeatureMap push(FeatureMap chunk, boolean last);

    static LayerStream of(Layer layer, Pass pass) {
        return switch (layer) {
            case Sequence sequence -> new Chain(sequence, pass);
            case Residual residual -> new Sum(residual, pass);
            default -> new Single(layer, pass);
        };
    }

    private static final class Chain extends LayerStream {
        private final List<LayerStream> streams = new ArrayList<>();

        Chain(Sequence sequence, Pass pass) {
            sequence.layers().forEach(layer -> streams.add(of(layer, pass)));
        }

        @Override
        FeatureMap push(FeatureMap chunk, boolean last) {
            FeatureMap map = chunk;
            for (LayerStream stream : streams) {
                map = stream.push(map, last);
            }
            return map;
        }
    }

    private static final class Sum extends LayerStream {
        private final LayerStream body;
        private final Pass pass;
        private FeatureMap waiting;

        Sum(Residual residual, Pass pass) {
            this.body = of(residual.body(), pass);
            this.pass = pass;
            this.waiting = FeatureMap.zeros(residual.inChannels(), 1, 0);
        }

        @Override
        FeatureMap push(FeatureMap chunk, boolean last) {
            waiting = joined(waiting, chunk);
            FeatureMap sum = body.push(chunk, last);
            if (last && sum.width() != waiting.width()) {
                throw new IllegalArgumentException(
                        "the body of a residual turns " + waiting.width() + " columns into " + sum.width());
            }
            // a body that puts out more than went in would have changed the size: the constructor of Residual refuses
            // it
            Residual.add(waiting, new Window(0, 0, 1, sum.width()), sum, pass.workers());
            waiting = waiting.crop(new Window(0, sum.width(), 1, waiting.width() - sum.width()));
            return sum;
        }
    }

    private static final class Single extends LayerStream {
        private final Layer layer;
        private final Pass pass;
        private FeatureMap held;
        private int first; // position of the first column held
        private int received;
        private int emitted;

        Single(Layer layer, Pass pass) {
            this.layer = layer;
            this.pass = pass;
            this.held = FeatureMap.zeros(layer.inChannels(), 1, 0);
        }

        @Override
        FeatureMap push(FeatureMap chunk, boolean last) {
            if (chunk.width() > MAX_POSITIONS - received) {
                throw new IllegalArgumentException("the stream has more than " + MAX_POSITIONS + " positions");
            }
            held = joined(held, chunk);
            received += chunk.width();
            Extent extent = new Extent(1, last ? received : Integer.MAX_VALUE);
            int ready = last ? end(extent) : ready(extent);
            if (ready == emitted) {
                return FeatureMap.zeros(layer.outChannels(), 1, 0);
            }
            Region region = new Region(held, new Window(0, first, 1, held.width()), extent);
            FeatureMap out = layer.apply(region, new Window(0, emitted, 1, ready - emitted), pass);
            emitted = ready;
            if (!last) {
                int keep = Math.clamp(
                        layer.inWindow(new Window(0, emitted, 1, 1), extent).left(), first, received);
                held = held.crop(new Window(0, keep - first, 1, received - keep));
                first = keep;
            }
            return out;
        }

        private int end(Extent extent) {
            return received == 0 ? 0 : layer.outExtent(extent).width();
        }

        /** The number of outputs all of whose inputs have come; windows only move forward. */
        private int ready(Extent extent) {
            int low = emitted; // these are ready
            int step = 1;
            while (isReady(low + step, extent)) {
                low += step;
                step = Math.min(2 * step, MAX_POSITIONS - low);
            }
            int high = low + step; // these are not
            while (high - low > 1) {
                int middle = (low + high) >>> 1;
                if (isReady(middle, extent)) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        private boolean isReady(int outputs, Extent extent) {
            if (outputs >= MAX_POSITIONS) {
                throw new IllegalArgumentException("the stream has more than " + MAX_POSITIONS + " positions");
            }
            return layer.inWindow(new Window(0, outputs - 1, 1, 1), extent).right() <= received;
        }
    }

    private static FeatureMap joined(FeatureMap a, FeatureMap b) {
        if (a.width() == 0) {
            return b;
        }
        if (b.width() == 0) {
            return a;
        }
        FeatureMap out = FeatureMap.zeros(a.channels(), 1, a.width() + b.width());
        a.copy(0, 0, out, 0, 0, 1, a.width());
        b.copy(0, 0, out, 0, a.width(), 1, b.width());
        return out;
    }
}
