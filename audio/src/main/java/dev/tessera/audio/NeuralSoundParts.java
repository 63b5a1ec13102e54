package dev.tessera.audio;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.Extent;
import dev.tessera.vqmodels.nn.Network;

/**
 * Networks and quantizer of a {@link NeuralAudioModel}, which fit each other.
 *
 * @param encoder samples {@code [1 x 1 x time]} to latents {@code [dim x 1 x tokens]}
 * @param decoder back
 * @param sampleRate samples per second
 * @param tokenSamples samples that a token stands for
 * @param encoderChunk tokens that the encoder should make at a time, so that its memory is bounded
 * @param decoderChunk tokens that the decoder should take at a time
 */
record NeuralSoundParts(
        Network encoder,
        Network decoder,
        Quantizer quantizer,
        int sampleRate,
        int tokenSamples,
        int encoderChunk,
        int decoderChunk) {
    private static final int FORMAT_VERSION = 1;
    private static final int MIN_RATE = 1000;
    private static final int MAX_RATE = 384_000;
    private static final int MAX_TOKEN_SAMPLES = 1 << 16;

    /** Values of the largest map of a layer: 32 MB. */
    private static final long CHUNK_VALUES = 1 << 23;

    private static final int CHUNK_TOKENS = 64;

    /** Tokens with which a network's sizes are tried; the number has nothing in common with usual strides. */
    private static final int PROBE = 1009;

    static NeuralSoundParts read(ModelFile file) throws CorruptModelException {
        ModelConfig config = file.config();
        config.requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        int rate = config.integer("sample_rate");
        TokenizerFile.check(
                "sample_rate", rate >= MIN_RATE && rate <= MAX_RATE, rate, "in [" + MIN_RATE + ", " + MAX_RATE + "]");
        int samples = config.integer("token_samples");
        TokenizerFile.check(
                "token_samples",
                samples >= 1 && samples <= MAX_TOKEN_SAMPLES,
                samples,
                "in [1, " + MAX_TOKEN_SAMPLES + "]");
        Quantizer quantizer = TokenizerFile.quantizer(file, GridSpec.MAX_CODEBOOK_SIZE);
        Network encoder = Network.read(file, "encoder");
        Network decoder = Network.read(file, "decoder");
        channels("encoder input", encoder.inChannels(), 1);
        channels("encoder output", encoder.outChannels(), quantizer.dim());
        channels("decoder input", decoder.inChannels(), quantizer.dim());
        channels("decoder output", decoder.outChannels(), 1);
        int encoderChunk = chunk("encoder", encoder, PROBE * samples, PROBE);
        chunk("encoder", encoder, samples, 1);
        int decoderSamples = chunk("decoder", decoder, PROBE, PROBE * samples);
        chunk("decoder", decoder, 1, samples);
        return new NeuralSoundParts(
                encoder,
                decoder,
                quantizer,
                rate,
                samples,
                Math.min(CHUNK_TOKENS, encoderChunk),
                Math.clamp(decoderSamples / samples, 1, CHUNK_TOKENS));
    }

    NeuralSoundEncoder encoder(int threads) {
        return new NeuralSoundEncoder(this, threads);
    }

    NeuralSoundDecoder decoder(int threads) {
        return new NeuralSoundDecoder(this, threads);
    }

    /** Tokens that cover {@code samples} samples. */
    int tokens(long samples) {
        return Math.toIntExact(Math.ceilDiv(samples, tokenSamples));
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
