package dev.tessera.vqmodels.nn;

/**
 * Depth to space (Shi et al. 2016, equation 4): channel {@code (c * factorY + dy) * factorX + dx} becomes row dy and column dx of
 * each block of channel c. The channels are the numbers of outputs times both factors.
 */
public final class PixelShuffle extends Layer {
    static final int MAX_FACTOR = 1024;

    private final int factorY;
    private final int factorX;

    /**
     * @param inChannels a multiple of {@code factorY * factorX}
     * @param factorY 1 to 1024
     * @param factorX 1 to 1024
     */
    public PixelShuffle(int inChannels, int factorY, int factorX) {
        super(
                inChannels,
                divided(inChannels, in("factorY", factorY, 1, MAX_FACTOR), in("factorX", factorX, 1, MAX_FACTOR)));
        this.factorY = factorY;
        this.factorX = factorX;
    }

    private static int divided(int channels, int factorY, int factorX) {
        if (channels < 1 || channels % (factorY * factorX) != 0) {
            throw new IllegalArgumentException(
                    "inChannels is " + channels + ", must be a multiple of " + factorY * factorX);
        }
        return channels / (factorY * factorX);
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
                int atY = out.top() + y;
                int row = (atY / factorY - in.window().top()) * from.width()
                        - in.window().left();
                int channel = (c * factorY + atY % factorY) * factorX;
                int toRow = (c * out.height() + y) * out.width();
                for (int dx = 0; dx < factorX; dx++) {
                    int first = Math.floorMod(dx - out.left(), factorX); // the first column of this phase
                    int source = (channel + dx) * from.plane() + row + (out.left() + first) / factorX;
                    spread(from.data(), source, to.data(), toRow + first, toRow + out.width());
                }
            }
        });
        return to;
    }

    /** Every {@link #factorX}th value of a row. */
    private void spread(float[] from, int source, float[] to, int first, int end) {
        int i = source;
        for (int x = first; x < end; x += factorX) {
            to[x] = from[i++];
        }
    }
}
