package dev.tessera.features;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.NetworkStream;

/** The frames of tokens that arrive in chunks of any size; joined they are those of all tokens. For one thread at a time. */
public final class FeatureFrameStream implements AutoCloseable {
    private final FeatureParts parts;
    private final NetworkStream stream;

    FeatureFrameStream(FeatureParts parts, int threads) {
        this.parts = parts;
        this.stream = parts.decoder().stream(threads);
    }

    /**
     * The frames {@code [n x channels]} that {@code tokens} make possible: with a causal model all of them.
     *
     * @param tokens {@code [stages x any]}, of all stages of the model
     */
    public float[] push(Tokens tokens) {
        Latents latents = parts.quantizer().dequantize(tokens.toPositionMajor(), tokens.positions());
        return frames(latents, 0, latents.count());
    }

    /** The frames that remain when nothing more comes. */
    public float[] finish() {
        return parts.standardization().toRows(stream.finish());
    }

    /** Frames of some latents. */
    float[] frames(Latents latents, int from, int count) {
        int dim = latents.dim();
        float[] values = new float[dim * count];
        for (int d = 0; d < dim; d++) {
            for (int t = 0; t < count; t++) {
                values[d * count + t] = latents.data()[(from + t) * dim + d];
            }
        }
        return parts.standardization().toRows(stream.push(FeatureMap.ofTime(dim, count, values)));
    }

    @Override
    public void close() {
        stream.close();
    }
}
