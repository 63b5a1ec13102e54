package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.NetworkStream;
import java.util.Arrays;

/**
 * The tokens of a sound that arrives in chunks of any size, mono at the rate of the model. Joined they are those of the whole
 * sound; a token comes as soon as the samples that it depends on are there. Memory is what the layers look at and a chunk. For one
 * thread at a time.
 */
public final class AudioTokenStream implements AutoCloseable {
    private final NeuralSoundParts parts;
    private final NetworkStream stream;
    private final int threads;
    private int received; // samples of the last, unfinished token

    AudioTokenStream(NeuralSoundParts parts, int threads) {
        this.parts = parts;
        this.threads = threads;
        this.stream = parts.encoder().stream(threads);
    }

    /** The tokens {@code [stages x n]} that {@code samples} make possible, perhaps none. */
    public Tokens push(float... samples) {
        received = (received + samples.length) % parts.tokenSamples();
        return tokens(stream.push(FeatureMap.ofTime(1, samples.length, samples)));
    }

    /** The tokens that remain when nothing more comes; zeros fill the last one. */
    public Tokens finish() {
        if (received == 0) {
            return tokens(stream.finish());
        }
        float[] zeros = new float[parts.tokenSamples() - received];
        float[] first = stream.push(FeatureMap.ofTime(1, zeros.length, zeros)).toRows();
        float[] last = stream.finish().toRows();
        float[] all = Arrays.copyOf(first, first.length + last.length);
        System.arraycopy(last, 0, all, first.length, last.length);
        return tokens(all);
    }

    private Tokens tokens(FeatureMap map) {
        return tokens(map.toRows());
    }

    private Tokens tokens(float[] latents) {
        int dim = parts.quantizer().dim();
        int count = latents.length / dim;
        return Tokens.ofPositionMajor(
                new int[] {count},
                parts.quantizer().codebookSizes(),
                parts.quantizer().quantize(Latents.of(count, dim, latents), threads));
    }

    @Override
    public void close() {
        stream.close();
    }
}
