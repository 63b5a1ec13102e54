package dev.tessera.training;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Encoder and decoder of a tokenizer of series {@code [channels x 1 x frames]}: one convolution cuts the series into patches of
 * {@code token-frames} frames, ConvNeXt blocks at the rate of the tokens look at the past alone, and what comes out is shuffled
 * back into frames. No layer sees a frame behind its token, so that the look-ahead of a stream is 0.
 *
 * <p>The convolutions from patch to latent and back can start as a Karhunen-Loeve transform and its inverse, with the blocks
 * between them near zero: training starts at the quality of the linear transform.
 */
final class FeatureNetworks {
    final Network encoder;
    final Network decoder;
    private final int channels;
    private final int tokenFrames;
    private final int width;
    private final int dim;

    private FeatureNetworks(Recipe recipe, int channels, int dim, ParameterStore store, SplittableRandom random) {
        this.channels = channels;
        this.dim = dim;
        tokenFrames = recipe.integer("token-frames", 1, 64);
        width = recipe.integer("width", 1, 4096);
        SoundNetworks.Blocks blocks = new SoundNetworks.Blocks(
                width, recipe.integer("expansion", 1, 16), recipe.integer("kernel", 1, 255), 0);
        List<Layer> encoding = new ArrayList<>();
        encoding.add(new Layer.Conv1d(channels, width, tokenFrames, tokenFrames, 0, 1));
        blocks.addTo(encoding, recipe.integer("encoder-blocks", 0, 64));
        encoding.add(new Layer.Conv1d(width, dim, 1, 1, 0, 1));
        List<Layer> decoding = new ArrayList<>();
        decoding.add(new Layer.Conv1d(dim, width, 1, 1, 0, 1));
        blocks.addTo(decoding, recipe.integer("decoder-blocks", 0, 64));
        decoding.add(new Layer.Conv1d(width, channels * tokenFrames, 1, 1, 0, 1));
        if (tokenFrames > 1) {
            decoding.add(new Layer.SeriesShuffle(tokenFrames));
        }
        encoder = Network.build("encoder", encoding, store, random);
        decoder = Network.build("decoder", decoding, store, random);
    }

    /** The networks of {@code recipe} for latents of dimension {@code dim}. */
    static FeatureNetworks of(Recipe recipe, int channels, int dim, ParameterStore store, SplittableRandom random) {
        return new FeatureNetworks(recipe, channels, dim, store, random);
    }

    /** Frames that a token stands for. */
    int tokenFrames() {
        return tokenFrames;
    }

    /**
     * Starts the outer layers as the KLT of {@code patches}: latent d is component d over its scale.
     *
     * @param patches {@code [count x (channels x token-frames)]}: channel, frame
     * @param whitened whether each latent has a scale of its own, or all have one
     * @param outputScale {@link Bottleneck#outputScale}
     */
    void startAsKlt(Latents patches, boolean whitened, double outputScale, ParameterStore store, int threads) {
        int inputs = channels * tokenFrames;
        int components = Math.min(Math.min(width, inputs), patches.count());
        // a bottleneck may ask for more dimensions than a patch has: those start, and may stay, without meaning
        int kept = Math.min(dim, components);
        Klt klt = Klt.fit(patches, components, threads);
        float[] basis = klt.basis(); // [components x inputs]
        float[] mean = klt.mean();
        double total = 0;
        for (int d = 0; d < kept; d++) {
            total += klt.eigenvalues()[d];
        }
        float common = (float) Math.sqrt(Math.max(1e-12, total / kept));
        float[] weight = Tensors.floats(encoder.parameters(0).get(0).tensor());
        float[] bias = new float[width];
        float[] inverse = new float[inputs * width];
        for (int c = 0; c < components; c++) {
            double sum = 0;
            for (int k = 0; k < inputs; k++) {
                float basisValue = basis[c * inputs + k];
                weight[c * inputs + k] = basisValue / common;
                inverse[k * width + c] = basisValue * common;
                sum -= (double) basisValue * mean[k];
            }
            bias[c] = (float) (sum / common);
        }
        float[] toLatent = Tensors.floats(
                encoder.parameters(encoder.layers().size() - 1).get(0).tensor());
        float[] fromLatent = new float[width * dim];
        for (int d = 0; d < kept; d++) {
            float own = whitened ? (float) Math.sqrt(Math.max(1e-12, klt.eigenvalues()[d])) / common : 1;
            java.util.Arrays.fill(toLatent, d * width, (d + 1) * width, 0);
            toLatent[d * width + d] = 1 / own;
            fromLatent[d * dim + d] = (float) (own / outputScale);
        }
        set(store, encoder, 0, weight, bias);
        set(store, encoder, encoder.layers().size() - 1, toLatent, new float[dim]);
        set(store, decoder, 0, fromLatent, new float[width]);
        set(store, decoder, decoder.layers().size() - (tokenFrames > 1 ? 2 : 1), inverse, mean);
    }

    private static void set(ParameterStore store, Network network, int layer, float[] weight, float[] bias) {
        store.start(network.parameters(layer).get(0), weight);
        store.start(network.parameters(layer).get(1), bias);
    }
}
