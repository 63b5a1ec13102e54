package dev.tessera.features;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.nn.NetworkStream;
import java.util.Arrays;

/**
 * The tokens of a series that arrives in chunks of any size. Joined they are those of the whole series; a token comes as soon as
 * the frames that it depends on are there, with a causal model with its own last frame. Memory is what the layers look at and a
 * chunk. For one thread at a time.
 */
public final class FeatureTokenStream implements AutoCloseable {
    private final FeatureParts parts;
    private final NetworkStream stream;
    private final int threads;
    private float[] last = {}; // the last frame that came
    private int received; // frames of the last, unfinished token

    FeatureTokenStream(FeatureParts parts, int threads) {
        this.parts = parts;
        this.threads = threads;
        this.stream = parts.encoder().stream(threads);
    }

    /**
     * The tokens {@code [stages x n]} that {@code frames} make possible, perhaps none.
     *
     * @param frames {@code [any x channels]}, finite
     */
    public Tokens push(float... frames) {
        return tokens(latents(frames));
    }

    /** The tokens that remain when nothing more comes; the last frame fills the last one. */
    public Tokens finish() {
        return tokens(lastLatents());
    }

    /** Latents {@code [n x dim]} of {@code frames}. */
    float[] latents(float[] frames) {
        int channels = parts.channels();
        if (frames.length % channels != 0) {
            throw new IllegalArgumentException(
                    "frames has " + frames.length + " values, must be a multiple of the " + channels + " channels");
        }
        FeatureModel.checkFinite(frames, channels);
        int count = frames.length / channels;
        if (count == 0) {
            return new float[0];
        }
        last = Arrays.copyOfRange(frames, frames.length - channels, frames.length);
        received = (received + count) % parts.tokenFrames();
        return stream.push(parts.standardization().toMap(frames, 0, count)).toRows();
    }

    float[] lastLatents() {
        float[] first = {};
        if (received > 0) {
            first = stream.push(parts.standardization().toMap(last, 0, parts.tokenFrames() - received))
                    .toRows();
        }
        float[] rest = stream.finish().toRows();
        float[] all = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return all;
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
