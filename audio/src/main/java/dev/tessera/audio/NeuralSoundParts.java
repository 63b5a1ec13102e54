package dev.tessera.audio;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.EncoderDecoder;
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

    private static final int CHUNK_TOKENS = 64;

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
        EncoderDecoder networks = EncoderDecoder.read(file, 1, quantizer.dim());
        EncoderDecoder.Chunks chunks = networks.chunks(samples, CHUNK_TOKENS);
        return new NeuralSoundParts(
                networks.encoder(), networks.decoder(), quantizer, rate, samples, chunks.encoder(), chunks.decoder());
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
}
