package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.nn.NetworkStream;

/**
 * The sound of tokens that arrive in chunks of any size, mono at the rate of the model: joined it is that of all tokens. For one
 * thread at a time.
 */
public final class AudioSampleStream implements AutoCloseable {
    private final NeuralSoundParts parts;
    private final NetworkStream stream;

    AudioSampleStream(NeuralSoundParts parts, int threads) {
        this.parts = parts;
        this.stream = parts.decoder().stream(threads);
    }

    /**
     * The samples that {@code tokens} make possible, perhaps none.
     *
     * @param tokens {@code [stages x n]}, of all stages of the model
     */
    public float[] push(Tokens tokens) {
        Latents latents = parts.quantizer().dequantize(tokens.toPositionMajor(), tokens.positions());
        return NeuralSoundDecoder.finite(stream.push(NeuralSoundDecoder.columns(latents, 0, latents.count())));
    }

    /** The samples that remain when nothing more comes. */
    public float[] finish() {
        return NeuralSoundDecoder.finite(stream.finish());
    }

    @Override
    public void close() {
        stream.close();
    }
}
