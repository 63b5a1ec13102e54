package dev.tessera.vqmodels.nn;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A trained network. It runs whole, in tiles or as a stream, with the same bits for the same input: for any tile or chunk size,
 * number of threads and lane width. Immutable, safe to share.
 *
 * <p>What it can read from a model file, type by type, stands in {@code docs/formats/network.md}.
 */
public final class Network {
    /** Floats per input position that a layer may put out; networks that blow their input up further are refused. */
    private static final double MAX_WIDEST = 1 << 16;

    private final Layer root;
    private final ReceptiveField horizontal;
    private final ReceptiveField vertical;

    /**
     * @throws IllegalArgumentException when an output depends on more than {@value ReceptiveField#MAX_SIZE} inputs, or a layer
     *     puts out more than 65536 floats per input position
     */
    public Network(Layer root) {
        if (root.widest() > MAX_WIDEST) {
            throw new IllegalArgumentException(
                    "a layer puts out " + root.widest() + " floats per input position, must be at most " + MAX_WIDEST);
        }
        this.root = root;
        try {
            this.horizontal = ReceptiveField.of(root, false);
            this.vertical = isSeries(root) ? new ReceptiveField(0, 0, 1, 1) : ReceptiveField.of(root, true);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("the scales of the layers multiply to more than 2^31", e);
        }
    }

    /** Whether some layer takes height 1 only, or the layers leave no other row in. */
    private static boolean isSeries(Layer layer) {
        return switch (layer) {
            case InverseStft stft -> true;
            case CompressedStft stft -> true;
            case Sequence sequence -> sequence.layers().stream().anyMatch(Network::isSeries);
            case Residual residual -> isSeries(residual.body());
            default -> false;
        };
    }

    /**
     * The network that the configuration of {@code model} describes under the name {@code part}.
     *
     * @param part such as {@code encoder}: the list of blocks; {@code <part>_channels} is the number of input channels
     * @throws CorruptModelException when there is none, or it is not a network that this build knows and allows
     */
    public static Network read(ModelFile model, String part) throws CorruptModelException {
        return NetworkReader.read(model, part);
    }

    /** The layers. */
    public Layer root() {
        return root;
    }

    public int inChannels() {
        return root.inChannels();
    }

    public int outChannels() {
        return root.outChannels();
    }

    /** How sizes change, borders aside. */
    public Scale scale() {
        return root.scale();
    }

    /**
     * The size of the output for an input of size {@code in}.
     *
     * @throws IllegalArgumentException when the input is too small, or no multiple of what it must be
     */
    public Extent outExtent(Extent in) {
        return root.outExtent(in);
    }

    /** What an output depends on along a row, or in time. */
    public ReceptiveField horizontal() {
        return horizontal;
    }

    /** What an output depends on along a column. */
    public ReceptiveField vertical() {
        return vertical;
    }

    /**
     * The output for a whole input. All layers' maps are in memory, two at a time; see the other {@code run} for large inputs.
     *
     * @param in {@code [inChannels x height x width]}
     * @param threads at least 1
     */
    public FeatureMap run(FeatureMap in, int threads) {
        return root.apply(in, threads);
    }

    /**
     * The same output, while {@code observer} is told what enters each convolution.
     *
     * @param in {@code [inChannels x height x width]}
     * @param threads at least 1
     */
    public FeatureMap run(FeatureMap in, LayerObserver observer, int threads) {
        root.checkInput(in);
        root.outExtent(in.extent());
        observer.begin(in);
        try (Pass pass = new Pass(threads)) {
            return observed(root, in, observer, pass);
        }
    }

    private static FeatureMap observed(Layer layer, FeatureMap in, LayerObserver observer, Pass pass) {
        return switch (layer) {
            case Sequence sequence -> {
                FeatureMap map = in;
                for (Layer next : sequence.layers()) {
                    map = observed(next, map, observer, pass);
                }
                yield map;
            }
            case Residual residual -> {
                FeatureMap sum = observed(residual.body(), in, observer, pass);
                Residual.add(in, in.extent().whole(), sum, pass.workers());
                yield sum;
            }
            default -> {
                if (layer instanceof Conv conv) {
                    observer.observe(conv, in);
                }
                yield layer.apply(Region.whole(in), layer.outExtent(in.extent()).whole(), pass);
            }
        };
    }

    /** The convolutions and linear layers in the order in which they work. */
    public List<Conv> convolutions() {
        List<Conv> found = new ArrayList<>();
        collect(root, found);
        return found;
    }

    private static void collect(Layer layer, List<Conv> found) {
        switch (layer) {
            case Conv conv -> found.add(conv);
            case Sequence sequence -> sequence.layers().forEach(next -> collect(next, found));
            case Residual residual -> collect(residual.body(), found);
            default -> {}
        }
    }

    /**
     * The same output in tiles: each is computed from its window of the input, so that memory follows the tile and the receptive
     * field and not the input. Inputs near the borders of tiles are read and worked on more than once.
     *
     * @param in size of the whole input
     * @param tileHeight output rows of a tile, at least 1
     * @param tileWidth output columns of a tile, at least 1
     * @param threads at least 1
     */
    public void run(Extent in, FeatureSource source, int tileHeight, int tileWidth, FeatureSink sink, int threads)
            throws IOException {
        Layer.in("tileHeight", tileHeight, 1, Integer.MAX_VALUE);
        Layer.in("tileWidth", tileWidth, 1, Integer.MAX_VALUE);
        Extent out = root.outExtent(in);
        try (Pass pass = new Pass(threads)) {
            for (long top = 0; top < out.height(); top += tileHeight) {
                for (long left = 0; left < out.width(); left += tileWidth) {
                    Window tile =
                            new Window((int) top, (int) left, (int) Math.min(tileHeight, out.height() - top), (int)
                                    Math.min(tileWidth, out.width() - left));
                    Window needed = root.inWindow(tile, in);
                    FeatureMap input = source.read(needed);
                    root.checkInput(input);
                    if (input.height() != needed.height() || input.width() != needed.width()) {
                        throw new IllegalArgumentException("source gave " + input + " for " + needed);
                    }
                    sink.write(tile, root.apply(new Region(input, needed, in), tile, pass));
                }
            }
        }
    }

    /**
     * The largest side of square tiles of the output with which no layer's map of one tile has more than {@code maxValues} values,
     * as far as the widest layer and the input of a tile tell; 0 when a single output needs more.
     *
     * @param in size of the whole input
     */
    public int tileSide(Extent in, long maxValues) {
        Extent out = root.outExtent(in);
        int fits = 0;
        int tooLarge = Math.max(out.height(), out.width()) + 1;
        while (tooLarge - fits > 1) {
            int side = (int) ((long) fits + tooLarge >>> 1);
            int height = Math.min(side, out.height());
            int width = Math.min(side, out.width());
            Window middle = new Window((out.height() - height) / 2, (out.width() - width) / 2, height, width);
            Window needed = root.inWindow(middle, in);
            if ((double) needed.height() * needed.width() * root.widest() <= maxValues) {
                fits = side;
            } else {
                tooLarge = side;
            }
        }
        return fits;
    }

    /** The same output as a stream, for networks that take a series {@code [inChannels x 1 x time]}. */
    public NetworkStream stream(int threads) {
        return new NetworkStream(root, threads);
    }
}
