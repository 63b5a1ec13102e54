package dev.tessera.vqmodels.nn;

/**
 * Exchanges channels and positions, so that convolutions of one position mix positions (MLP-Mixer, Tolstikhin et al. 2021). Where the
 * map is larger than {@code from}, this happens in each block of that size by itself, so that tiles equal the whole.
 *
 * <p>Position i of a block and channel c of the input become channel i and position c of the output; positions count row by row.
 */
public final class Transpose extends Layer {
    private static final int MAX_SIDE = 1 << 12;

    private final Extent from;
    private final Extent to;
    private final Scale scale;

    /**
     * @param from size of the blocks that go in; sides 1 to 4096
     * @param to size of what comes out for a block; sides 1 to 4096, as many positions as channels go in
     */
    public Transpose(Extent from, Extent to) {
        super(positions("to", to), positions("from", from));
        this.from = from;
        this.to = to;
        this.scale = Scale.down(from.height(), from.width()).then(Scale.up(to.height(), to.width()));
    }

    private static int positions(String name, Extent extent) {
        return in(name + ".height", extent.height(), 1, MAX_SIDE) * in(name + ".width", extent.width(), 1, MAX_SIDE);
    }

    @Override
    public Scale scale() {
        return scale;
    }

    @Override
    public Extent outExtent(Extent in) {
        if (in.height() % from.height() != 0 || in.width() % from.width() != 0) {
            throw new IllegalArgumentException("the input is " + in + ", must be a multiple of " + from);
        }
        return new Extent(
                Math.multiplyExact(in.height() / from.height(), to.height()),
                Math.multiplyExact(in.width() / from.width(), to.width()));
    }

    @Override
    public int segment() {
        return leastCommonMultiple(from.height(), from.width());
    }

    @Override
    int period(boolean vertical) {
        return vertical ? from.height() : from.width();
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        return Window.ofEdges(
                out.top() / to.height() * from.height(),
                out.left() / to.width() * from.width(),
                Math.ceilDiv(out.bottom(), to.height()) * from.height(),
                Math.ceilDiv(out.right(), to.width()) * from.width());
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        FeatureMap source = in.map();
        FeatureMap result = pass.map(outChannels(), out.height(), out.width());
        pass.workers().run(outChannels(), i -> {
            for (int y = 0; y < out.height(); y++) {
                int blockY = (out.top() + y) / to.height();
                int row = (out.top() + y) % to.height() * to.width();
                int fromY =
                        blockY * from.height() + i / from.width() - in.window().top();
                for (int x = 0; x < out.width(); x++) {
                    int blockX = (out.left() + x) / to.width();
                    int channel = row + (out.left() + x) % to.width();
                    int fromX = blockX * from.width()
                            + i % from.width()
                            - in.window().left();
                    result.data()[(i * out.height() + y) * out.width() + x] =
                            source.data()[(channel * source.height() + fromY) * source.width() + fromX];
                }
            }
        });
        return result;
    }
}
