package dev.tessera.image;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.EncoderDecoder;
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
        EncoderDecoder networks = EncoderDecoder.read(file, CHANNELS, quantizer.dim());
        Extent pixels = new Extent(PROBE.height() * factor, PROBE.width() * factor);
        sizes("encoder", networks.encoder(), pixels, PROBE);
        sizes("encoder", networks.encoder(), new Extent(factor, factor), new Extent(1, 1));
        sizes("decoder", networks.decoder(), PROBE, pixels);
        sizes("decoder", networks.decoder(), new Extent(1, 1), new Extent(factor, factor));
        return new NeuralParts(networks.encoder(), networks.decoder(), quantizer, range, factor);
    }

    NeuralEncoder encoder(int threads) {
        return new NeuralEncoder(encoderNetwork, range, factor, NeuralImageModel.TILE_VALUES, threads);
    }

    NeuralDecoder decoder(int threads) {
        return new NeuralDecoder(decoderNetwork, range, factor, NeuralImageModel.TILE_VALUES, threads);
    }

    /** Refuses networks of other sizes, and those of which a single output needs more than a tile may have. */
    private static void sizes(String name, Network network, Extent in, Extent out) throws CorruptModelException {
        EncoderDecoder.outputs(name, network, in, out, NeuralImageModel.TILE_VALUES);
    }
}
