package dev.tessera.vqmodels.nn;

/**
 * What an output of a network depends on along one axis, in input positions; the largest numbers over all outputs away from
 * borders.
 *
 * @param lookBack inputs before those that the output stands for
 * @param lookAhead inputs behind those that the output stands for: the delay of a stream, 0 when the network is causal
 * @param size inputs that an output depends on
 * @param segment inputs that are only seen as a whole, counted from the first; 1 when there are no such segments
 */
public record ReceptiveField(int lookBack, int lookAhead, int size, int segment) {
    /** Inputs that an output may depend on; networks that look further are refused. */
    public static final int MAX_SIZE = 1 << 17;

    private static final int PROBED = 1 << 20; // inputs of the maps on which windows are asked for
    private static final long MAX_WORK = 1 << 22; // windows of one layer asked for

    /** Computed from the windows of all outputs of one period in the middle of a large map. */
    static ReceptiveField of(Layer layer, boolean vertical) {
        Scale scale = layer.scale();
        int down = vertical ? scale.downY() : scale.downX();
        int up = vertical ? scale.upY() : scale.upX();
        int period = layer.period(vertical);
        if (period > MAX_SIZE) {
            throw new IllegalArgumentException("the period is " + period + ", must be at most " + MAX_SIZE);
        }
        Extent extent = extent(layer, period, vertical);
        long probes = (long) period * up / down;
        if (probes * layer.count() > MAX_WORK) {
            throw new IllegalArgumentException(probes + " outputs to a period of " + period + " inputs and "
                    + layer.count() + " layers, must have a product of at most " + MAX_WORK);
        }
        int first = Math.toIntExact((long) (PROBED / 2 / period) * period * up / down);
        int back = 0;
        int ahead = 0;
        int size = 0;
        for (int i = 0; i < probes; i++) {
            int o = first + i;
            Window in = layer.inWindow(vertical ? new Window(o, 0, 1, 1) : new Window(0, o, 1, 1), extent);
            int from = vertical ? in.top() : in.left();
            int to = vertical ? in.bottom() : in.right();
            long own = (long) o * down / up;
            long ownEnd = Math.ceilDiv((o + 1L) * down, (long) up);
            back = Math.max(back, Math.toIntExact(own - from));
            ahead = Math.max(ahead, Math.toIntExact(to - ownEnd));
            size = Math.max(size, to - from);
        }
        if (size > MAX_SIZE) {
            throw new IllegalArgumentException("an output depends on " + size + " inputs, must be at most " + MAX_SIZE);
        }
        return new ReceptiveField(back, ahead, size, layer.segment());
    }

    /** A large extent that the layer takes: of a series if it can be one. */
    private static Extent extent(Layer layer, int period, boolean vertical) {
        int side = PROBED / period * period;
        if (!vertical) {
            Extent series = new Extent(1, side);
            try {
                layer.outExtent(series);
                return series;
            } catch (IllegalArgumentException e) {
                // needs height
            }
        }
        int other = PROBED / layer.period(!vertical) * layer.period(!vertical);
        Extent square = vertical ? new Extent(side, other) : new Extent(other, side);
        layer.outExtent(square);
        return square;
    }
}
