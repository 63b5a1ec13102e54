package dev.tessera.vqmodels.nn;

/**
 * A network at work on a series that arrives in chunks of any size. The outputs joined are those of the whole series, bit for
 * bit; an output comes as soon as the inputs that it depends on are there. Memory is the receptive fields of the layers and a
 * chunk; nothing is computed twice. For one thread at a time; at most 2^30 positions at the input of any layer.
 */
public final class NetworkStream implements AutoCloseable {
    private final Layer root;
    private final Pass pass;
    private final LayerStream stream;
    private boolean finished;

    NetworkStream(Layer root, int threads) {
        this.root = root;
        this.pass = new Pass(threads);
        this.stream = LayerStream.of(root, pass);
    }

    /**
     * The outputs that {@code chunk} makes possible, perhaps none.
     *
     * @param chunk {@code [inChannels x 1 x any]}
     * @throws IllegalStateException after {@link #finish}
     */
    public FeatureMap push(FeatureMap chunk) {
        root.checkInput(chunk);
        if (chunk.height() != 1) {
            throw new IllegalArgumentException("chunk has height " + chunk.height() + ", must be 1");
        }
        return next(chunk, false);
    }

    /**
     * The outputs that remain when nothing more comes.
     *
     * @throws IllegalArgumentException when the network cannot take a series of this length
     */
    public FeatureMap finish() {
        return next(FeatureMap.zeros(root.inChannels(), 1, 0), true);
    }

    private FeatureMap next(FeatureMap chunk, boolean last) {
        if (finished) {
            throw new IllegalStateException("the stream has ended");
        }
        finished = last;
        return stream.push(chunk, last);
    }

    @Override
    public void close() {
        pass.close();
    }
}
