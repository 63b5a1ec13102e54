package dev.tessera.training;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Encoder and decoder of an image tokenizer. Pictures go in and come out as {@code 2 x - 1} for x in 0..1.
 *
 * <p>{@code convnext}: one convolution cuts the picture into patches, everything else works at the resolution of the tokens (and
 * a little at twice that), so that a step is cheap on CPUs. Because the convolutions from patch to latent and back can start as a
 * Karhunen-Loeve transform and its inverse, with the blocks between them near zero, training starts at the quality of the linear
 * transform instead of noise. {@code strided}: the usual small convolution network, for comparisons.
 *
 * <p>Pictures that are brought to one size ({@code whole-size}) may have blocks in which every token sees every other one
 * ({@code mixer-blocks}; Tolstikhin et al. 2021, MLP-Mixer), so that the number of tokens follows from nothing but that size.
 */
final class ImageNetworks {
    private static final int FINE = 8; // the last pixel shuffle of a convnext decoder
    private static final int FINE_CHANNELS = 3 * FINE * FINE;
    private static final double EPSILON = 1e-6; // as in ConvNeXt
    private static final int KERNEL = 7;
    private static final int MAX_WHOLE = 1024;

    final Network encoder;
    final Network decoder;
    private final int factor;
    private final int width;
    private final int dim;

    private ImageNetworks(Network encoder, Network decoder, int factor, int width, int dim) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.factor = factor;
        this.width = width;
        this.dim = dim;
    }

    /** The networks of {@code recipe} for latents of dimension {@code dim}. */
    static ImageNetworks of(Recipe recipe, int dim, ParameterStore store, SplittableRandom random) {
        int factor = recipe.integer("factor", 2, 64);
        int width = recipe.integer("width", 1, 4096);
        int encoderBlocks = recipe.integer("encoder-blocks", 0, 64);
        int decoderBlocks = recipe.integer("decoder-blocks", 0, 64);
        int fineBlocks = recipe.integer("fine-blocks", 0, 64);
        int mixerBlocks = recipe.integer("mixer-blocks", 0, 64);
        int grid = recipe.integer("whole-size", 0, MAX_WHOLE) / factor;
        if (mixerBlocks > 0 && (grid == 0 || !recipe.string("network").equals("convnext"))) {
            throw new IllegalArgumentException("the recipe's mixer-blocks is " + mixerBlocks
                    + ", must be 0 but for a convnext with a whole-size of at least its factor");
        }
        List<Layer> encoder;
        List<Layer> decoder;
        switch (recipe.string("network")) {
            case "convnext" -> {
                if (factor != FINE && factor != 2 * FINE && factor != 4 * FINE) {
                    throw new IllegalArgumentException(
                            "the recipe's factor is " + factor + ", must be 8, 16 or 32 for convnext");
                }
                encoder = new ArrayList<>();
                encoder.add(new Layer.Conv2d(3, width, factor, factor, 0, 1));
                addBlocks(encoder, width, encoderBlocks);
                addMixers(encoder, width, grid, mixerBlocks);
                encoder.add(new Layer.Conv2d(width, dim, 1, 1, 0, 1));
                decoder = new ArrayList<>();
                decoder.add(new Layer.Conv2d(dim, width, 1, 1, 0, 1));
                addMixers(decoder, width, grid, mixerBlocks);
                addBlocks(decoder, width, decoderBlocks);
                int coarse = factor / FINE;
                if (coarse > 1) {
                    decoder.add(new Layer.Conv2d(width, coarse * coarse * FINE_CHANNELS, 1, 1, 0, 1));
                    decoder.add(new Layer.PixelShuffle(coarse));
                    addBlocks(decoder, FINE_CHANNELS, fineBlocks);
                    decoder.add(new Layer.Conv2d(FINE_CHANNELS, FINE_CHANNELS, 3, 1, 1, 1));
                } else {
                    decoder.add(new Layer.Conv2d(width, FINE_CHANNELS, 3, 1, 1, 1));
                }
                decoder.add(new Layer.PixelShuffle(FINE));
            }
            case "strided" -> {
                if (Integer.bitCount(factor) != 1) {
                    throw new IllegalArgumentException(
                            "the recipe's factor is " + factor + ", must be a power of two for strided");
                }
                encoder = stridedEncoder(factor, width, dim, encoderBlocks);
                decoder = stridedDecoder(factor, width, dim, decoderBlocks);
            }
            default ->
                throw new IllegalArgumentException(
                        "the recipe's network is '" + recipe.string("network") + "', must be convnext or strided");
        }
        return new ImageNetworks(
                Network.build("encoder", encoder, store, random),
                Network.build("decoder", decoder, store, random),
                factor,
                width,
                dim);
    }

    /** ConvNeXt blocks (Liu et al. 2022) with twice the width inside instead of four times. */
    private static void addBlocks(List<Layer> layers, int channels, int count) {
        for (int i = 0; i < count; i++) {
            layers.add(new Layer.Residual(List.of(
                    new Layer.Conv2d(channels, channels, KERNEL, 1, KERNEL / 2, channels),
                    new Layer.ChannelNorm(channels, EPSILON),
                    new Layer.Conv2d(channels, 2 * channels, 1, 1, 0, 1),
                    new Layer.Gelu(),
                    new Layer.Conv2d(2 * channels, channels, 1, 1, 0, 1),
                    new Layer.Scale(channels))));
        }
    }

    /** Blocks that mix the {@code grid x grid} positions, the same way in each channel. */
    private static void addMixers(List<Layer> layers, int channels, int grid, int count) {
        int positions = grid * grid;
        for (int i = 0; i < count; i++) {
            layers.add(new Layer.Residual(List.of(
                    new Layer.ChannelNorm(channels, EPSILON),
                    new Layer.Transpose(grid, grid, 1, channels),
                    new Layer.Conv2d(positions, 2 * positions, 1, 1, 0, 1),
                    new Layer.Gelu(),
                    new Layer.Conv2d(2 * positions, positions, 1, 1, 0, 1),
                    new Layer.Transpose(1, channels, grid, grid),
                    new Layer.Scale(channels))));
        }
    }

    private static List<Layer> stridedEncoder(int factor, int width, int dim, int blocks) {
        List<Layer> layers = new ArrayList<>();
        int channels = 3;
        for (int f = 2; f <= factor; f *= 2) {
            int out = f == 2 ? width : 2 * width;
            layers.add(new Layer.Conv2d(channels, out, 4, 2, 1, 1));
            layers.add(new Layer.Silu());
            channels = out;
        }
        layers.add(new Layer.Conv2d(channels, channels, 3, 1, 1, 1));
        addPlainBlocks(layers, channels, blocks);
        layers.add(new Layer.Conv2d(channels, dim, 1, 1, 0, 1));
        return layers;
    }

    private static List<Layer> stridedDecoder(int factor, int width, int dim, int blocks) {
        List<Layer> layers = new ArrayList<>();
        int channels = factor == 2 ? width : 2 * width;
        layers.add(new Layer.Conv2d(dim, channels, 3, 1, 1, 1));
        addPlainBlocks(layers, channels, blocks);
        for (int f = factor; f > 2; f /= 2) {
            int out = f == 4 ? width : 2 * width;
            layers.add(new Layer.Silu());
            layers.add(new Layer.Conv2d(channels, 4 * out, 3, 1, 1, 1));
            layers.add(new Layer.PixelShuffle(2));
            channels = out;
        }
        layers.add(new Layer.Silu());
        layers.add(new Layer.Conv2d(channels, 12, 3, 1, 1, 1));
        layers.add(new Layer.PixelShuffle(2));
        return layers;
    }

    private static void addPlainBlocks(List<Layer> layers, int channels, int count) {
        for (int i = 0; i < count; i++) {
            layers.add(new Layer.Residual(List.of(
                    new Layer.Silu(),
                    new Layer.Conv2d(channels, channels, 3, 1, 1, 1),
                    new Layer.Silu(),
                    new Layer.Conv2d(channels, channels, 1, 1, 0, 1))));
        }
    }

    int factor() {
        return factor;
    }

    /**
     * Starts a convnext as the KLT of {@code patches}: latent d is component d over its scale.
     *
     * @param patches {@code [count x (3 x factor x factor)]}: channel, row, column, in -1..1
     * @param whitened whether each latent has a scale of its own, or all have one
     * @param outputScale {@link Bottleneck#outputScale}
     */
    void startAsKlt(Latents patches, boolean whitened, double outputScale, ParameterStore store, int threads) {
        int inputs = 3 * factor * factor;
        int components = Math.min(Math.min(width, inputs), patches.count());
        if (dim > components) {
            throw new IllegalArgumentException("the recipe's dim is " + dim + ", must be at most " + components
                    + " for a KLT start with its width and factor");
        }
        Klt klt = Klt.fit(patches, components, threads);
        startAs(klt, klt.eigenvalues(), whitened, outputScale, store);
    }

    /** {@link #startAsKlt} with a KLT that is there, and its variances {@code [components]}. */
    void startAs(Klt klt, double[] variances, boolean whitened, double outputScale, ParameterStore store) {
        int inputs = klt.inputDim();
        int components = klt.components();
        float[] basis = klt.basis(); // [components x inputs]
        float[] mean = klt.mean();
        double total = 0;
        for (int d = 0; d < dim; d++) {
            total += variances[d];
        }
        // the scales sit in the outermost layers, so that what flows inside is near 1 and steps of the optimizer are
        // small there
        float common = (float) Math.sqrt(Math.max(1e-12, total / dim));
        float[] weight = Tensors.floats(encoder.parameters(0).get(0).tensor());
        float[] bias = new float[width];
        for (int c = 0; c < components; c++) {
            double sum = 0;
            for (int k = 0; k < inputs; k++) {
                weight[c * inputs + k] = basis[c * inputs + k] / common;
                sum -= (double) basis[c * inputs + k] * mean[k];
            }
            bias[c] = (float) (sum / common);
        }
        set(store, encoder, 0, weight, bias);
        float[] toLatent = new float[dim * width];
        float[] fromLatent = new float[width * dim];
        for (int d = 0; d < dim; d++) {
            float own = whitened ? (float) Math.sqrt(Math.max(1e-12, variances[d])) / common : 1;
            toLatent[d * width + d] = 1 / own;
            fromLatent[d * dim + d] = (float) (own / outputScale);
        }
        for (int i = 0; i < basis.length; i++) {
            basis[i] *= common; // on the way back
        }
        set(store, encoder, encoder.layers().size() - 1, toLatent, new float[dim]);
        set(store, decoder, 0, fromLatent, new float[width]);
        int last = decoder.layers().size() - 2;
        if (factor == FINE) {
            set(store, decoder, last, inverse(basis, components, 9, 4), mean);
            return;
        }
        int up = 0;
        while (!(decoder.layers().get(up) instanceof Layer.PixelShuffle)) {
            up++;
        }
        set(store, decoder, up - 1, inverse(basis, components, 1, 0), rearranged(mean));
        float[] identity = new float[FINE_CHANNELS * FINE_CHANNELS * 9];
        for (int c = 0; c < FINE_CHANNELS; c++) {
            identity[(c * FINE_CHANNELS + c) * 9 + 4] = 1;
        }
        set(store, decoder, last, identity, new float[FINE_CHANNELS]);
    }

    /** Transposed basis {@code [inputs x width x taps]} with the values at tap {@code at}, rows in the order of the shuffles. */
    private float[] inverse(float[] basis, int components, int taps, int at) {
        int inputs = 3 * factor * factor;
        float[] out = new float[inputs * width * taps];
        for (int k = 0; k < inputs; k++) {
            for (int c = 0; c < components; c++) {
                out[(place(k) * width + c) * taps + at] = basis[c * inputs + k];
            }
        }
        return out;
    }

    private float[] rearranged(float[] patch) {
        float[] out = new float[patch.length];
        for (int k = 0; k < patch.length; k++) {
            out[place(k)] = patch[k];
        }
        return out;
    }

    /** Where value {@code k} of a patch (channel, row, column) stands before the pixel shuffles by 2 or 4 and by 8, or by 8 alone. */
    private int place(int k) {
        if (factor == FINE) {
            return k;
        }
        int channel = k / (factor * factor);
        int y = k / factor % factor;
        int x = k % factor;
        int fine = (channel * FINE + y % FINE) * FINE + x % FINE;
        int coarse = factor / FINE;
        return (fine * coarse + y / FINE) * coarse + x / FINE;
    }

    private static void set(ParameterStore store, Network network, int layer, float[] weight, float[] bias) {
        store.start(network.parameters(layer).get(0), weight);
        store.start(network.parameters(layer).get(1), bias);
    }
}
