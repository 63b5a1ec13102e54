package dev.tessera.training;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Encoder and decoder of a sound tokenizer: compressed short-time spectra, ConvNeXt blocks at the rate of the frames, and an
 * inverse-STFT head (Siuzdak 2023, Vocos). All convolutions see the past and {@code look-ahead} frames, so that sound can be
 * tokenized while it comes.
 *
 * <p>The linear layers can start as a Karhunen-Loeve transform of the compressed magnitudes and the regression of log-magnitudes on
 * it, with the blocks between them near zero: training starts at a linear vocoder instead of silence.
 *
 * <p>With {@code semantic-dim} S above 0 the first S latents stay what they start as, KLT components: the first S channels of the
 * encoder go from the spectrum to the latents through layers that no step changes there.
 */
final class SoundNetworks {
    private static final double EPSILON = 1e-6; // as in ConvNeXt
    private static final double LEAST_MAGNITUDE = 1e-5; // of a full-scale sine

    final Network encoder;
    final Network decoder;
    private final int size;
    private final int hop;
    private final int tokenFrames;
    private final int width;
    private final int dim;
    private final int semanticDim;
    private final Layer.CompressedStft spectrum;

    private SoundNetworks(Recipe recipe, int dim, ParameterStore store, SplittableRandom random) {
        this.dim = dim;
        semanticDim = recipe.string("quantizer").equals("split") ? recipe.integer("semantic-dim", 1, dim - 1) : 0;
        size = recipe.integer("window", 16, 1 << 16);
        hop = recipe.integer("hop", 2, size / 2);
        tokenFrames = recipe.integer("token-frames", 1, 64);
        width = recipe.integer("width", 1, 4096);
        spectrum = new Layer.CompressedStft(size, hop, recipe.integer("complex-bins", 0, bins()));
        if (Integer.bitCount(size) != 1 || hop % 2 != 0) {
            throw new IllegalArgumentException("the recipe's window is " + size
                    + ", must be a power of two, and its hop " + hop + ", must be even");
        }
        Blocks blocks = new Blocks(
                width,
                recipe.integer("expansion", 1, 16),
                recipe.integer("kernel", 1, 255),
                recipe.integer("look-ahead", 0, 254));
        List<Layer> encoding = new ArrayList<>();
        encoding.add(spectrum);
        encoding.add(new Layer.Conv1d(bins() + 2 * spectrum.complexBins(), width, 1, 1, 0, 1));
        blocks.addTo(encoding, recipe.integer("encoder-blocks", 0, 64));
        encoding.add(new Layer.Conv1d(width, dim, tokenFrames, tokenFrames, 0, 1));
        List<Layer> decoding = new ArrayList<>();
        decoding.add(new Layer.Conv1d(dim, width * tokenFrames, 1, 1, 0, 1));
        if (tokenFrames > 1) {
            decoding.add(new Layer.SeriesShuffle(tokenFrames));
        }
        blocks.addTo(decoding, recipe.integer("decoder-blocks", 0, 64));
        decoding.add(new Layer.Conv1d(width, 2 * bins(), 1, 1, 0, 1));
        decoding.add(new Layer.InverseStft(size, hop, Math.log(size / 2.0)));
        encoder = Network.build("encoder", encoding, store, random);
        decoder = Network.build("decoder", decoding, store, random);
        if (semanticDim > 0) {
            freezeFeatures(recipe);
        }
    }

    private void freezeFeatures(Recipe recipe) {
        if (!recipe.string("start").equals("klt")) {
            throw new IllegalArgumentException(
                    "the recipe's start is '" + recipe.string("start") + "', must be klt for split");
        }
        freeze(encoder.parameters(1), semanticDim);
        for (int i = 2; i < encoder.layers().size() - 1; i++) {
            encoder.scaleOf(i).freeze(semanticDim);
        }
        freeze(encoder.parameters(encoder.layers().size() - 1), semanticDim);
    }

    /** The first rows of weights and bias. */
    private static void freeze(List<Parameter> weightAndBias, int rows) {
        Parameter weight = weightAndBias.get(0);
        weight.freeze(rows * weight.elements() / (int) weight.shape[0]);
        weightAndBias.get(1).freeze(rows);
    }

    /** The networks of {@code recipe} for latents of dimension {@code dim}. */
    static SoundNetworks of(Recipe recipe, int dim, ParameterStore store, SplittableRandom random) {
        return new SoundNetworks(recipe, dim, store, random);
    }

    /** ConvNeXt blocks of a series (Liu et al. 2022). */
    record Blocks(int width, int expansion, int kernel, int lookAhead) {
        Blocks {
            if (lookAhead >= kernel) {
                throw new IllegalArgumentException(
                        "the recipe's look-ahead is " + lookAhead + ", must be below the kernel of " + kernel);
            }
        }

        void addTo(List<Layer> layers, int count) {
            for (int i = 0; i < count; i++) {
                layers.add(new Layer.Residual(List.of(
                        new Layer.Conv1d(width, width, kernel, 1, lookAhead, width),
                        new Layer.ChannelNorm(width, EPSILON),
                        new Layer.Conv1d(width, expansion * width, 1, 1, 0, 1),
                        new Layer.Gelu(),
                        new Layer.Conv1d(expansion * width, width, 1, 1, 0, 1),
                        new Layer.Scale(width))));
            }
        }
    }

    private int bins() {
        return size / 2 + 1;
    }

    /** Samples that a token stands for. */
    int tokenSamples() {
        return hop * tokenFrames;
    }

    Layer.CompressedStft spectrum() {
        return spectrum;
    }

    /**
     * Starts the linear layers from data: latent d is component d of the compressed magnitudes over its scale.
     *
     * @param magnitudes of frames, {@code [count x bins]}, to the power 1/4
     * @param whitened whether each latent has a scale of its own, or all have one
     * @param outputScale {@link Bottleneck#outputScale}
     * @param random for the phases, which start anywhere
     */
    void startAsKlt(
            Latents magnitudes,
            boolean whitened,
            double outputScale,
            ParameterStore store,
            SplittableRandom random,
            int threads) {
        int bins = bins();
        int components = Math.min(dim - semanticDim, bins);
        if (semanticDim > components) {
            throw new IllegalArgumentException("the recipe's semantic-dim is " + semanticDim + ", must be at most "
                    + components + ", the dimensions of the other latents");
        }
        if (dim > width) {
            throw new IllegalArgumentException(
                    "the recipe's dim is " + dim + ", must be at most its width " + width + " for a KLT start");
        }
        Klt klt = Klt.fit(magnitudes, components, threads);
        double total = 0;
        for (int d = 0; d < components; d++) {
            total += klt.eigenvalues()[d];
        }
        double common = Math.sqrt(Math.max(1e-12, total / components));
        double[] own = new double[components];
        for (int d = 0; d < components; d++) {
            own[d] = whitened ? Math.sqrt(Math.max(1e-12, klt.eigenvalues()[d])) : common;
        }
        startEncoder(klt, own, store);
        startDecoder(magnitudes, klt, own, outputScale, store, random);
    }

    private void startEncoder(Klt klt, double[] own, ParameterStore store) {
        int bins = bins();
        int inputs = bins + 2 * spectrum.complexBins();
        int latents = semanticDim + own.length;
        float[] weight = Tensors.floats(encoder.parameters(1).get(0).tensor());
        float[] bias = new float[width];
        for (int d = 0; d < latents; d++) {
            int component = component(d);
            double sum = 0;
            for (int k = 0; k < inputs; k++) {
                double basis = k < bins ? klt.basis()[component * bins + k] / own[component] : 0;
                weight[d * inputs + k] = (float) basis;
                sum -= k < bins ? basis * klt.mean()[k] : 0;
            }
            bias[d] = (float) sum;
        }
        set(store, encoder, 1, weight, bias);
        for (int i = 2; semanticDim > 0 && i < encoder.layers().size() - 1; i++) {
            Parameter gamma = encoder.scaleOf(i);
            float[] factors = Tensors.floats(gamma.tensor());
            java.util.Arrays.fill(factors, 0, semanticDim, 0); // the branch adds nothing to the features
            store.start(gamma, factors);
        }
        float[] toLatent = new float[dim * width * tokenFrames];
        for (int d = 0; d < latents; d++) {
            for (int t = 0; t < tokenFrames; t++) {
                toLatent[(d * width + d) * tokenFrames + t] = 1f / tokenFrames;
            }
        }
        set(store, encoder, encoder.layers().size() - 1, toLatent, new float[dim]);
    }

    /** The component that latent {@code d} starts as. */
    private int component(int d) {
        return d < semanticDim ? d : d - semanticDim;
    }

    private void startDecoder(
            Latents magnitudes,
            Klt klt,
            double[] own,
            double outputScale,
            ParameterStore store,
            SplittableRandom random) {
        int bins = bins();
        float[] fromLatent = Tensors.floats(decoder.parameters(0).get(0).tensor());
        for (int d = 0; d < own.length; d++) {
            for (int t = 0; t < tokenFrames; t++) {
                int row = (d * tokenFrames + t) * dim;
                java.util.Arrays.fill(
                        fromLatent, row, row + dim, 0); // what the features say is in the other latents too
                fromLatent[row + semanticDim + d] = (float) (1 / outputScale);
            }
        }
        set(store, decoder, 0, fromLatent, new float[width * tokenFrames]);
        // components are uncorrelated, so the regression of log-magnitudes needs no matrix to be solved
        Latents components = klt.transform(magnitudes);
        double[] mean = new double[bins];
        double[] product = new double[bins * own.length];
        double[] squares = new double[own.length];
        for (int i = 0; i < magnitudes.count(); i++) {
            for (int d = 0; d < own.length; d++) {
                squares[d] += square(components.data()[i * own.length + d]);
            }
            for (int k = 0; k < bins; k++) {
                double magnitude =
                        Math.max(LEAST_MAGNITUDE, square(square(magnitudes.data()[i * bins + k])));
                double log = Math.log(magnitude * size / 4);
                mean[k] += log / magnitudes.count();
                for (int d = 0; d < own.length; d++) {
                    product[k * own.length + d] += log * components.data()[i * own.length + d];
                }
            }
        }
        int last = decoder.layers().size() - 2;
        float[] weight = Tensors.floats(decoder.parameters(last).get(0).tensor());
        float[] bias = new float[2 * bins];
        for (int k = 0; k < bins; k++) {
            bias[k] = (float) mean[k];
            for (int c = 0; c < width; c++) {
                weight[k * width + c] = c < own.length
                        ? (float) (product[k * own.length + c] / Math.max(1e-12, squares[c]) * own[c])
                        : 0;
            }
            bias[bins + k] = (float) ((2 * random.nextDouble() - 1) * Math.PI);
        }
        set(store, decoder, last, weight, bias);
    }

    private static double square(double x) {
        return x * x;
    }

    private static void set(ParameterStore store, Network network, int layer, float[] weight, float[] bias) {
        store.start(network.parameters(layer).get(0), weight);
        store.start(network.parameters(layer).get(1), bias);
    }
}
