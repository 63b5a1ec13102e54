package dev.tessera.audio;

import dev.tessera.codebook.Decoder;
import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.NetworkStream;

/** A network from latents to samples at work in chunks, so that its memory does not grow with the sound. */
final class NeuralSoundDecoder implements Decoder<AudioSignal> {
    private final NeuralSoundParts parts;
    private final int threads;

    NeuralSoundDecoder(NeuralSoundParts parts, int threads) {
        this.parts = parts;
        this.threads = threads;
    }

    /** Mono at the rate of the model, a whole number of tokens. */
    @Override
    public AudioSignal decode(Latents latents) {
        return AudioSignal.wrap(parts.sampleRate(), new float[][] {
            samples(latents, Math.multiplyExact(latents.count(), parts.tokenSamples()))
        });
    }

    /** The first {@code length} samples. */
    float[] samples(Latents latents, int length) {
        float[] out = new float[length];
        int tokens = latents.count();
        int done = 0;
        try (NetworkStream stream = parts.decoder().stream(threads)) {
            for (int from = 0; from < tokens; from += parts.decoderChunk()) {
                int count = Math.min(parts.decoderChunk(), tokens - from);
                done = put(stream.push(columns(latents, from, count)), out, done);
            }
            if (tokens > 0) {
                put(stream.finish(), out, done);
            }
        }
        return out;
    }

    /** {@code [dim x 1 x count]} of some latents. */
    static FeatureMap columns(Latents latents, int from, int count) {
        int dim = latents.dim();
        float[] values = new float[dim * count];
        for (int d = 0; d < dim; d++) {
            for (int t = 0; t < count; t++) {
                values[d * count + t] = latents.data()[(from + t) * dim + d];
            }
        }
        return FeatureMap.ofTime(dim, count, values);
    }

    private static int put(FeatureMap map, float[] out, int done) {
        float[] some = finite(map);
        int count = Math.min(some.length, out.length - done);
        System.arraycopy(some, 0, out, done, count);
        return done + count;
    }

    /** The samples of a map; what a network of wild weights may give that is no number becomes silence. */
    static float[] finite(FeatureMap map) {
        float[] samples = map.toArray();
        for (int i = 0; i < samples.length; i++) {
            samples[i] = Float.isFinite(samples[i]) ? samples[i] : 0;
        }
        return samples;
    }
}
