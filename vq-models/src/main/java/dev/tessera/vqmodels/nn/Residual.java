package dev.tessera.vqmodels.nn;

import dev.tessera.codebook.internal.Workers;

/** What goes in plus what the body makes of it (He et al. 2015, equation 1). */
public final class Residual extends Layer {
    private final Sequence body;

    /**
     * @param body keeps the number of channels and every size
     */
    public Residual(Sequence body) {
        super(body.inChannels(), body.outChannels());
        if (body.inChannels() != body.outChannels() || !body.scale().equals(Scale.SAME)) {
            throw new IllegalArgumentException("body turns " + body.inChannels() + " channels into "
                    + body.outChannels() + " at " + body.scale() + ", must keep channels and sizes");
        }
        this.body = body;
    }

    /** What is added. */
    public Sequence body() {
        return body;
    }

    @Override
    public Extent outExtent(Extent in) {
        Extent out = body.outExtent(in);
        if (!out.equals(in)) {
            throw new IllegalArgumentException("the body of a residual turns " + in + " into " + out);
        }
        return in;
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        return body.inWindow(out, in).union(out);
    }

    @Override
    public int segment() {
        return body.segment();
    }

    @Override
    int period(boolean vertical) {
        return body.period(vertical);
    }

    @Override
    int count() {
        return 1 + body.count();
    }

    @Override
    double widest() {
        return body.widest();
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        FeatureMap sum = body.apply(in, out, pass);
        add(in.map(), in.local(out), sum, pass.workers());
        return sum;
    }

    /** Adds the part {@code window} of {@code from} to {@code sum}. */
    static void add(FeatureMap from, Window window, FeatureMap sum, Workers workers) {
        workers.runRows(
                sum.channels(), Math.clamp((1 << 18) / Math.max(sum.plane(), 1), 1, sum.channels()), (first, end) -> {
                    for (int row = first * sum.height(); row < end * sum.height(); row++) {
                        int c = row / sum.height();
                        int y = row % sum.height();
                        int at = (c * from.height() + window.top() + y) * from.width() + window.left();
                        addRow(from.data(), at, sum.data(), row * sum.width(), sum.width());
                    }
                });
    }

    private static void addRow(float[] from, int at, float[] sum, int to, int count) {
        for (int i = 0; i < count; i++) {
            sum[to + i] += from[at + i];
        }
    }
}
