package dev.tessera.vqmodels.nn;

/** Space to depth, the inverse of {@link PixelShuffle}: row dy and column dx of each block become channels. */
public final class PixelUnshuffle extends Layer {
    private final int factorY;
    private final int factorX;

    /**
     * @param inChannels at least 1
     * @param factorY 1 to 1024; divides the height of every input
     * @param factorX 1 to 1024; divides the width of every input
     */
    public PixelUnshuffle(int inChannels, int factorY, int factorX) {
        super(
                inChannels,
                Math.multiplyExact(
                        inChannels,
                        in("factorY", factorY, 1, PixelShuffle.MAX_FACTOR)
                                * in("factorX", factorX, 1, PixelShuffle.MAX_FACTOR)));
        this.factorY = factorY;
        this.factorX = factorX;
    }

    @Override
    public Scale scale() {
        return Scale.down(factorY, factorX);
    }

    @Override
    public Extent outExtent(Extent in) {
        if (in.height() % factorY != 0 || in.width() % factorX != 0) {
            throw new IllegalArgumentException("input is " + in + ", must be a multiple of " + factorY + "x" + factorX);
        }
        return new Extent(in.height() / factorY, in.width() / factorX);
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        return new Window(out.top() * factorY, out.left() * factorX, out.height() * factorY, out.width() * factorX);
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        FeatureMap from = in.map();
        FeatureMap to = pass.map(outChannels(), out.height(), out.width());
        pass.workers().run(inChannels(), c -> {
            for (int dy = 0; dy < factorY; dy++) {
                for (int dx = 0; dx < factorX; dx++) {
                    int channel = (c * factorY + dy) * factorX + dx;
                    for (int y = 0; y < out.height(); y++) {
                        int row = c * from.plane()
                                + ((out.top() + y) * factorY + dy - in.window().top()) * from.width()
                                + out.left() * factorX
                                + dx
                                - in.window().left();
                        int toRow = (channel * out.height() + y) * out.width();
                        for (int x = 0; x < out.width(); x++) {
                            to.data()[toRow + x] = from.data()[row + x * factorX];
                        }
                    }
                }
            }
        });
        return to;
    }
}
