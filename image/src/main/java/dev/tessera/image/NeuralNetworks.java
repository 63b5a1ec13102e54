package dev.tessera.image;

import dev.tessera.codebook.Encoder;
import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.EncoderDecoder;
import dev.tessera.vqmodels.nn.Extent;
import dev.tessera.vqmodels.nn.Network;

/**
 * The networks of a model of pictures: samples to latents and back, the same bits on every machine. Immutable, safe to share.
 *
 * @param factor pixels that a latent stands for, along a side
 * @param wholeSize side of the square to which every picture is brought, or 0: pictures keep their size
 */
public record NeuralNetworks(
        Network encoderNetwork, Network decoderNetwork, SampleRange range, int factor, int wholeSize) {
    private static final String WHOLE_SIZE = "whole_size";
    private static final int CHANNELS = 3;
    private static final int MAX_FACTOR = 64;
    private static final int MAX_WHOLE = 4096;

    /** A grid on which a network's sizes are tried; the numbers have nothing in common with usual strides. */
    private static final Extent PROBE = new Extent(1009, 1013);

    /**
     * The networks in {@code file}.
     *
     * @param dim of the latents
     * @throws CorruptModelException when there are none, or they do not fit each other and the factor
     */
    public static NeuralNetworks read(ModelFile file, int dim) throws CorruptModelException {
        ModelConfig config = file.config();
        int factor = config.integer("factor");
        TokenizerFile.check("factor", factor >= 1 && factor <= MAX_FACTOR, factor, "in [1, " + MAX_FACTOR + "]");
        SampleRange range;
        try {
            range = new SampleRange((float) config.number("input_scale"), (float) config.number("input_offset"));
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the model's configuration is wrong: " + e.getMessage(), e);
        }
        EncoderDecoder networks = EncoderDecoder.read(file, CHANNELS, dim);
        int wholeSize = config.has(WHOLE_SIZE) ? config.integer(WHOLE_SIZE) : 0;
        if (wholeSize == 0) {
            sizes(networks, PROBE, factor);
            sizes(networks, new Extent(1, 1), factor);
        } else {
            TokenizerFile.check(
                    WHOLE_SIZE,
                    wholeSize >= factor && wholeSize <= MAX_WHOLE && wholeSize % factor == 0,
                    wholeSize,
                    "a multiple of the factor " + factor + " in [" + factor + ", " + MAX_WHOLE + "]");
            sizes(networks, new Extent(wholeSize / factor, wholeSize / factor), factor);
        }
        return new NeuralNetworks(networks.encoder(), networks.decoder(), range, factor, wholeSize);
    }

    /** Pictures to latents, {@code [patch rows, patch columns] x dim}; the last row and column are repeated to whole patches. */
    public Encoder<Image> encoder(int threads) {
        return neuralEncoder(threads);
    }

    /**
     * The top left {@code width x height} pixels of what {@code latents} stand for.
     *
     * @param grey whether to keep the luma alone
     */
    public Image decode(Latents latents, int width, int height, boolean grey, int threads) {
        return neuralDecoder(threads).decode(latents, width, height, grey);
    }

    NeuralEncoder neuralEncoder(int threads) {
        return new NeuralEncoder(encoderNetwork, range, factor, wholeSize, NeuralImageModel.TILE_VALUES, threads);
    }

    NeuralDecoder neuralDecoder(int threads) {
        return new NeuralDecoder(decoderNetwork, range, factor, NeuralImageModel.TILE_VALUES, threads);
    }

    boolean whole() {
        return wholeSize > 0;
    }

    /** Refuses networks of other sizes, and those of which a single output needs more than a tile may have. */
    private static void sizes(EncoderDecoder networks, Extent tokens, int factor) throws CorruptModelException {
        Extent pixels = new Extent(tokens.height() * factor, tokens.width() * factor);
        EncoderDecoder.outputs("encoder", networks.encoder(), pixels, tokens, NeuralImageModel.TILE_VALUES);
        EncoderDecoder.outputs("decoder", networks.decoder(), tokens, pixels, NeuralImageModel.TILE_VALUES);
    }
}
