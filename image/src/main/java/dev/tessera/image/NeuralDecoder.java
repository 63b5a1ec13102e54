package dev.tessera.image;

import dev.tessera.codebook.Decoder;
import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.nn.Extent;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.LayerObserver;
import dev.tessera.vqmodels.nn.Network;
import dev.tessera.vqmodels.nn.Window;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A network from latents to samples, run in tiles where the picture is large; the samples do not depend on the tiles. */
final class NeuralDecoder implements Decoder<Image> {
    private static final float RED = 0.299f; // luma of BT.601, as everywhere here
    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;

    private final Network network;
    private final SampleRange range;
    private final int patch;
    private final long tileValues;
    private final int threads;

    /** As for {@link NeuralEncoder}. */
    NeuralDecoder(Network network, SampleRange range, int patch, long tileValues, int threads) {
        this.network = network;
        this.range = range;
        this.patch = patch;
        this.tileValues = tileValues;
        this.threads = threads;
    }

    /** The colour picture of whole patches. */
    @Override
    public Image decode(Latents latents) {
        int[] shape = latents.shape();
        return decode(latents, Math.multiplyExact(shape[1], patch), Math.multiplyExact(shape[0], patch), false);
    }

    /** The top left {@code width x height} pixels, of which only the luma is kept when {@code grey}. */
    Image decode(Latents latents, int width, int height, boolean grey) {
        int[] shape = latents.shape();
        if (shape.length != 2) {
            throw new IllegalArgumentException("latents have a grid of " + shape.length + " extents, must be 2");
        }
        float[][] planes = new float[grey ? 1 : 3][Math.multiplyExact(width, height)];
        Extent extent = new Extent(shape[0], shape[1]);
        int side = network.tileSide(extent, tileValues);
        try {
            network.run(
                    extent,
                    window -> scatter(latents, window),
                    side,
                    side,
                    (window, tile) -> write(window, tile, planes, width, height),
                    threads);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // neither end of the tiles is a file
        }
        return grey
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    /** Decodes latents that need not be cut into tiles, for the sake of {@code observer}, which sees what enters the layers. */
    void decode(Latents latents, LayerObserver observer) {
        Window whole = new Extent(latents.shape()[0], latents.shape()[1]).whole();
        network.run(scatter(latents, whole), observer, threads);
    }

    private static FeatureMap scatter(Latents latents, Window window) {
        int dim = latents.dim();
        int columns = latents.shape()[1];
        float[] data = latents.data();
        float[] values = new float[dim * window.height() * window.width()];
        int to = 0;
        for (int d = 0; d < dim; d++) {
            for (int y = window.top(); y < window.bottom(); y++) {
                for (int x = window.left(); x < window.right(); x++) {
                    values[to++] = data[(y * columns + x) * dim + d];
                }
            }
        }
        return FeatureMap.of(dim, window.height(), window.width(), values);
    }

    private void write(Window window, FeatureMap tile, float[][] planes, int width, int height) {
        float[] values = tile.toArray();
        int area = window.height() * window.width();
        int bottom = Math.min(window.bottom(), height);
        int right = Math.min(window.right(), width);
        for (int y = window.top(); y < bottom; y++) {
            int from = (y - window.top()) * window.width();
            int to = y * width + window.left();
            for (int x = window.left(); x < right; x++, from++, to++) {
                float red = range.toSample(values[from]);
                float green = range.toSample(values[area + from]);
                float blue = range.toSample(values[2 * area + from]);
                if (planes.length == 1) {
                    planes[0][to] = SampleRange.clamp(RED * red + GREEN * green + BLUE * blue);
                } else {
                    planes[0][to] = SampleRange.clamp(red);
                    planes[1][to] = SampleRange.clamp(green);
                    planes[2][to] = SampleRange.clamp(blue);
                }
            }
        }
    }
}
