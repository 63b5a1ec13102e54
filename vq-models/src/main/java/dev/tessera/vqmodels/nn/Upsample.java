package dev.tessera.vqmodels.nn;

/** Repeats every row and column (nearest neighbour). */
public final class Upsample extends Layer {
    private final int factorY;
    private final int factorX;

    /**
     * @param factorY 1 to 1024
     * @param factorX 1 to 1024
     */
    public Upsample(int channels, int factorY, int factorX) {
        super(channels, channels);
        this.factorY = in("factorY", factorY, 1, PixelShuffle.MAX_FACTOR);
        this.factorX = in("factorX", factorX, 1, PixelShuffle.MAX_FACTOR);
    }

    @Override
    public Scale scale() {
        return Scale.up(factorY, factorX);
    }

    @Override
    public Extent outExtent(Extent in) {
        return new Extent(Math.multiplyExact(in.height(), factorY), Math.multiplyExact(in.width(), factorX));
    }

    @Override
    public Window inWindow(Window out, Extent in) {
        return Window.ofEdges(
                out.top() / factorY,
                out.left() / factorX,
                Math.ceilDiv(out.bottom(), factorY),
                Math.ceilDiv(out.right(), factorX));
    }

    @Override
    FeatureMap apply(Region in, Window out, Pass pass) {
        FeatureMap from = in.map();
        FeatureMap to = pass.map(outChannels(), out.height(), out.width());
        pass.workers().run(outChannels(), c -> {
            for (int y = 0; y < out.height(); y++) {
                int row = c * from.plane()
                        + ((out.top() + y) / factorY - in.window().top()) * from.width()
                        - in.window().left();
                int toRow = (c * out.height() + y) * out.width();
                for (int x = 0; x < out.width(); x++) {
                    to.data()[toRow + x] = from.data()[row + (out.left() + x) / factorX];
                }
            }
        });
        return to;
    }
}
