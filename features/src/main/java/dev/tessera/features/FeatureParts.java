package dev.tessera.features;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.Extent;
import dev.tessera.vqmodels.nn.Network;

/**
 * Networks, quantizer and scales of a {@link FeatureModel}, which fit each other.
 *
 * @param encoder standardized frames {@code [channels x 1 x frames]} to latents {@code [dim x 1 x tokens]}
 * @param decoder back
 * @param tokenFrames frames that a token stands for
 * @param standardization of the channels
 * @param encoderChunk tokens that the encoder should make at a time, so that its memory is bounded
 * @param decoderChunk tokens that the decoder should take at a time
 */
record FeatureParts(
        Network encoder,
        Network decoder,
        Quantizer quantizer,
        int tokenFrames,
        Standardization standardization,
        int encoderChunk,
        int decoderChunk) {
    private static final int FORMAT_VERSION = 1;
    private static final int MAX_CHANNELS = 1 << 16;
    private static final int MAX_TOKEN_FRAMES = 1 << 10;

    /** Values of the largest map of a layer: 32 MB. */
    private static final long CHUNK_VALUES = 1 << 23;

    private static final int CHUNK_TOKENS = 256;

    /** Tokens with which a network's sizes are tried; the number has nothing in common with usual strides. */
    private static final int PROBE = 1009;

    static FeatureParts read(ModelFile file) throws CorruptModelException {
        ModelConfig config = file.config();
        config.requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        int channels = bounded(config, "channels", MAX_CHANNELS);
        int frames = bounded(config, "token_frames", MAX_TOKEN_FRAMES);
        Quantizer quantizer = TokenizerFile.quantizer(file, GridSpec.MAX_CODEBOOK_SIZE);
        Network encoder = Network.read(file, "encoder");
        Network decoder = Network.read(file, "decoder");
        channels("encoder input", encoder.inChannels(), channels);
        channels("encoder output", encoder.outChannels(), quantizer.dim());
        channels("decoder input", decoder.inChannels(), quantizer.dim());
        channels("decoder output", decoder.outChannels(), channels);
        int encoderChunk = chunk("encoder", encoder, PROBE * frames, PROBE);
        chunk("encoder", encoder, frames, 1);
        int decoderFrames = chunk("decoder", decoder, PROBE, PROBE * frames);
        chunk("decoder", decoder, 1, frames);
        return new FeatureParts(
                encoder,
                decoder,
                quantizer,
                frames,
                Standardization.read(file, channels),
                Math.min(CHUNK_TOKENS, encoderChunk),
                Math.clamp(decoderFrames / frames, 1, CHUNK_TOKENS));
    }

    int channels() {
        return encoder.inChannels();
    }

    /** Tokens that cover {@code frames} frames. */
    int tokens(int frames) {
        return Math.ceilDiv(frames, tokenFrames);
    }

    private static int bounded(ModelConfig config, String name, int most) throws CorruptModelException {
        int value = config.integer(name);
        TokenizerFile.check(name, value >= 1 && value <= most, value, "in [1, " + most + "]");
        return value;
    }

    private static void channels(String name, int found, int wanted) throws CorruptModelException {
        TokenizerFile.check(name, found == wanted, found + " channels", wanted);
    }

    /** How many outputs fit a chunk; refuses networks of other sizes, and those of which a single output does not fit. */
    private static int chunk(String name, Network network, int in, int out) throws CorruptModelException {
        Extent wanted = new Extent(1, out);
        Extent given = new Extent(1, in);
        try {
            Extent found = network.outExtent(given);
            TokenizerFile.check(name, found.equals(wanted), found + " for an input of " + given, wanted);
            int side = network.tileSide(given, CHUNK_VALUES);
            TokenizerFile.check(
                    name,
                    side > 0,
                    "too wide for its receptive field",
                    "such that an output needs at most " + CHUNK_VALUES + " values of a layer");
            return side;
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the " + name + " does not take " + given + ": " + e.getMessage(), e);
        }
    }
}
