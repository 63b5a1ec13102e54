package dev.tessera.vqmodels.nn;

import java.util.List;
import java.util.function.ToIntFunction;

/** Layers one after the other. */
public final class Sequence extends Layer {
    private final List<Layer> layers;
    private final Scale scale;

    /**
     * @param layers at least one; each takes as many channels as the one before it gives
     */
    public Sequence(List<Layer> layers) {
        super(first(layers).inChannels(), layers.getLast().outChannels());
        this.layers = List.copyOf(layers);
        Scale product = Scale.SAME;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            if (i > 0 && layers.get(i - 1).outChannels() != layer.inChannels()) {
                throw new IllegalArgumentException("layers[" + i + "] takes " + layer.inChannels()
                        + " channels, must take the " + layers.get(i - 1).outChannels() + " that come");
            }
            product = product.then(layer.scale());
        }
        this.scale = product;
    }

    public Sequence(Layer... layers) {
        this(List.of(layers));
    }

    private static Layer first(List<Layer> layers) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("layers is empty, must have at least one");
        }
        return layers.getFirst();
    }

    /** The layers in order. */
    public List<Layer> layers() {
        return layers;
    }

    @Override
    public Scale scale() {
        return scale;
    }

    @Override
    public Extent outExtent(Extent in) {
        Extent extent = in;
        for (Layer layer : layers) {
            extent = layer.outExtent(extent);
        }
        return extent;
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        return windows(out, extents(in))[0];
    }

    @Override
    public int segment() {
        // a segment may differ between the axes when the strides do: the common multiple holds on both
        return leastCommonMultiple(shared(Layer::segment, true), shared(Layer::segment, false));
    }

    @Override
    int period(boolean vertical) {
        return shared(layer -> layer.period(vertical), vertical);
    }

    /** The least number of inputs that is, at the input of every layer, a multiple of what {@code length} says. */
    private int shared(ToIntFunction<Layer> length, boolean vertical) {
        int result = 1;
        Scale before = Scale.SAME;
        for (Layer layer : layers) {
            int own = length.applyAsInt(layer);
            if (own > 1) {
                int down = Math.multiplyExact(own, vertical ? before.downY() : before.downX());
                int up = vertical ? before.upY() : before.upX();
                result = leastCommonMultiple(result, down / Scale.gcd(down, up));
            }
            before = before.then(layer.scale());
        }
        return result;
    }

    @Override
    int count() {
        return layers.stream().mapToInt(Layer::count).sum();
    }

    @Override
    double widest() {
        double widest = 0;
        double positions = 1;
        for (Layer layer : layers) {
            widest = Math.max(widest, positions * layer.widest());
            Scale s = layer.scale();
            positions *= (double) s.upY() * s.upX() / ((double) s.downY() * s.downX());
        }
        return widest;
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        Extent[] extents = extents(in.extent());
        Window[] windows = windows(out, extents);
        Region region = in;
        for (int i = 0; i < layers.size(); i++) {
            // maps that came out of a layer belong to this method, so a pointwise layer may change them, and others'
            // may reuse their arrays
            if (i > 0
                    && layers.get(i) instanceof Pointwise layer
                    && region.window().equals(windows[i + 1])) {
                layer.transform(region.map(), pass.workers());
            } else {
                FeatureMap map = layers.get(i).apply(region, windows[i + 1], pass);
                if (i > 0) {
                    pass.release(region.map());
                }
                region = new Region(map, windows[i + 1], extents[i + 1]);
            }
        }
        return region.map();
    }

    /** Sizes of the input of each layer, and of the output. */
    private Extent[] extents(Extent in) {
        Extent[] extents = new Extent[layers.size() + 1];
        extents[0] = in;
        for (int i = 0; i < layers.size(); i++) {
            extents[i + 1] = layers.get(i).outExtent(extents[i]);
        }
        return extents;
    }

    /** What is needed of the input of each layer, and of the output. */
    private Window[] windows(Window out, Extent[] extents) {
        Window[] windows = new Window[layers.size() + 1];
        windows[layers.size()] = out;
        for (int i = layers.size() - 1; i >= 0; i--) {
            windows[i] = layers.get(i).inWindow(windows[i + 1], extents[i]);
        }
        return windows;
    }
}
