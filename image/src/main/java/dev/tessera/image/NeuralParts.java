package dev.tessera.image;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.Extent;
import dev.tessera.vqmodels.nn.Network;

/** Networks and quantizer of a {@link NeuralImageModel}, which fit each other. */
record NeuralParts(Network encoderNetwork, Network decoderNetwork, Quantizer quantizer, SampleRange range, int factor) {
    private static final int FORMAT_VERSION = 1;
    private static final int CHANNELS = 3;
    private static final int MAX_FACTOR = 64;

    /** A grid on which a network's sizes are tried; the numbers have nothing in common with usual strides. */
    private static final Extent PROBE = new Extent(1009, 1013);

    static NeuralParts read(ModelFile file) throws CorruptModelException {
        ModelConfig config = file.config();
        config.requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        int factor = config.integer("factor");
        TokenizerFile.check("factor", factor >= 1 && factor <= MAX_FACTOR, factor, "in [1, " + MAX_FACTOR + "]");
        SampleRange range;
        try {
            range = new SampleRange((float) config.number("input_scale"), (float) config.number("input_offset"));
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the model's configuration is wrong: " + e.getMessage(), e);
        }
        Quantizer quantizer = TokenizerFile.quantizer(file, GridSpec.MAX_CODEBOOK_SIZE);
        Network encoder = Network.read(file, "encoder");
        Network decoder = Network.read(file, "decoder");
        channels("encoder input", encoder.inChannels(), CHANNELS);
        channels("encoder output", encoder.outChannels(), quantizer.dim());
        channels("decoder input", decoder.inChannels(), quantizer.dim());
        channels("decoder output", decoder.outChannels(), CHANNELS);
        Extent pixels = new Extent(PROBE.height() * factor, PROBE.width() * factor);
        sizes("encoder", encoder, pixels, PROBE);
        sizes("encoder", encoder, new Extent(factor, factor), new Extent(1, 1));
        sizes("decoder", decoder, PROBE, pixels);
        sizes("decoder", decoder, new Extent(1, 1), new Extent(factor, factor));
        return new NeuralParts(encoder, decoder, quantizer, range, factor);
    }

    NeuralEncoder encoder(int threads) {
        return new NeuralEncoder(encoderNetwork, range, factor, NeuralImageModel.TILE_VALUES, threads);
    }

    NeuralDecoder decoder(int threads) {
        return new NeuralDecoder(decoderNetwork, range, factor, NeuralImageModel.TILE_VALUES, threads);
    }

    private static void channels(String name, int found, int wanted) throws CorruptModelException {
        TokenizerFile.check(name, found == wanted, found + " channels", wanted);
    }

    /** Refuses networks of other sizes, and those of which a single output needs more than a tile may have. */
    private static void sizes(String name, Network network, Extent in, Extent out) throws CorruptModelException {
        try {
            Extent found = network.outExtent(in);
            TokenizerFile.check(name, found.equals(out), found + " for an input of " + in, out);
            TokenizerFile.check(
                    name,
                    network.tileSide(in, NeuralImageModel.TILE_VALUES) > 0,
                    "too wide for its receptive field",
                    "such that an output needs at most " + NeuralImageModel.TILE_VALUES + " values of a layer");
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the " + name + " does not take " + in + ": " + e.getMessage(), e);
        }
    }
}
