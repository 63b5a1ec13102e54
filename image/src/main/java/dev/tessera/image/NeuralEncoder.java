package dev.tessera.image;

import dev.tessera.codebook.Encoder;
import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.nn.Extent;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.LayerObserver;
import dev.tessera.vqmodels.nn.Network;
import dev.tessera.vqmodels.nn.Window;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A network from samples to latents, run in tiles where the picture is large; the latents do not depend on the tiles. */
final class NeuralEncoder implements Encoder<Image> {
    private static final int CHANNELS = 3;

    private final Network network;
    private final SampleRange range;
    private final int patch;
    private final int wholeSize;
    private final long tileValues;
    private final int threads;

    /**
     * @param patch side of the square of pixels that a latent stands for
     * @param wholeSize side of the square to which pictures are brought, or 0: they keep their size
     * @param tileValues see {@link Network#tileSide}
     */
    NeuralEncoder(Network network, SampleRange range, int patch, int wholeSize, long tileValues, int threads) {
        this.network = network;
        this.range = range;
        this.patch = patch;
        this.wholeSize = wholeSize;
        this.tileValues = tileValues;
        this.threads = threads;
    }

    /** The latents of whole patches, {@code [patch rows, patch columns] x dim}; the last row and column are repeated. */
    @Override
    public Latents encode(Image picture) {
        Image image = seen(picture);
        int rows = Math.ceilDiv(image.height(), patch);
        int columns = Math.ceilDiv(image.width(), patch);
        int dim = network.outChannels();
        float[] latents = new float[Math.multiplyExact(Math.multiplyExact(rows, columns), dim)];
        Extent extent = new Extent(Math.multiplyExact(rows, patch), Math.multiplyExact(columns, patch));
        int side = network.tileSide(extent, tileValues);
        try {
            network.run(
                    extent,
                    window -> samples(image, window),
                    side,
                    side,
                    (window, tile) -> gather(window, tile, columns, latents),
                    threads);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // neither end of the tiles is a file
        }
        return Latents.of(new int[] {rows, columns}, dim, latents);
    }

    /** The same for a picture that need not be cut into tiles; {@code observer} sees what enters the layers. */
    Latents encode(Image picture, LayerObserver observer) {
        Image image = seen(picture);
        Window whole = new Window(
                0, 0, Math.ceilDiv(image.height(), patch) * patch, Math.ceilDiv(image.width(), patch) * patch);
        FeatureMap map = network.run(samples(image, whole), observer, threads);
        float[] latents = new float[map.channels() * map.height() * map.width()];
        gather(map.extent().whole(), map, map.width(), latents);
        return Latents.of(new int[] {map.height(), map.width()}, map.channels(), latents);
    }

    private Image seen(Image picture) {
        return wholeSize == 0 ? picture : Resizing.resize(picture, wholeSize, wholeSize);
    }

    private FeatureMap samples(Image image, Window window) {
        int area = window.height() * window.width();
        float[] values = new float[CHANNELS * area];
        for (int c = 0; c < CHANNELS; c++) {
            float[] plane = image.plane(c);
            int to = c * area;
            for (int y = window.top(); y < window.bottom(); y++) {
                int row = Math.min(y, image.height() - 1) * image.width();
                for (int x = window.left(); x < window.right(); x++) {
                    values[to++] = range.toNetwork(plane[row + Math.min(x, image.width() - 1)]);
                }
            }
        }
        return FeatureMap.of(CHANNELS, window.height(), window.width(), values);
    }

    private static void gather(Window window, FeatureMap tile, int columns, float[] latents) {
        float[] values = tile.toArray();
        int dim = tile.channels();
        int from = 0;
        for (int d = 0; d < dim; d++) {
            for (int y = window.top(); y < window.bottom(); y++) {
                for (int x = window.left(); x < window.right(); x++) {
                    latents[(y * columns + x) * dim + d] = values[from++];
                }
            }
        }
    }
}
