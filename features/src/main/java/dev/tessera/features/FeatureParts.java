package dev.tessera.features;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.EncoderDecoder;
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

    private static final int CHUNK_TOKENS = 256;

    static FeatureParts read(ModelFile file) throws CorruptModelException {
        ModelConfig config = file.config();
        config.requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        int channels = bounded(config, "channels", MAX_CHANNELS);
        int frames = bounded(config, "token_frames", MAX_TOKEN_FRAMES);
        Quantizer quantizer = TokenizerFile.quantizer(file, GridSpec.MAX_CODEBOOK_SIZE);
        EncoderDecoder networks = EncoderDecoder.read(file, channels, quantizer.dim());
        EncoderDecoder.Chunks chunks = networks.chunks(frames, CHUNK_TOKENS);
        return new FeatureParts(
                networks.encoder(),
                networks.decoder(),
                quantizer,
                frames,
                Standardization.read(file, channels),
                chunks.encoder(),
                chunks.decoder());
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
}
