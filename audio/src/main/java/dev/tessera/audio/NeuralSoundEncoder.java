package dev.tessera.audio;

import dev.tessera.codebook.Encoder;
import dev.tessera.codebook.Latents;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.LayerObserver;
import dev.tessera.vqmodels.nn.NetworkStream;

/** A network from samples to latents at work in chunks, so that its memory does not grow with the sound. */
final class NeuralSoundEncoder implements Encoder<AudioSignal> {
    private final NeuralSoundParts parts;
    private final int threads;

    NeuralSoundEncoder(NeuralSoundParts parts, int threads) {
        this.parts = parts;
        this.threads = threads;
    }

    /** Latents on the grid {@code [tokens]}; channels are averaged, other rates resampled. */
    @Override
    public Latents encode(AudioSignal signal) {
        return encode(Resampler.resample(signal.toMono(), parts.sampleRate()).data(0));
    }

    /** Latents of samples at the rate of the model; zeros fill the last token. */
    Latents encode(float[] samples) {
        int tokens = parts.tokens(samples.length);
        int dim = parts.quantizer().dim();
        float[] latents = new float[Math.multiplyExact(tokens, dim)];
        int chunk = parts.encoderChunk();
        int done = 0;
        try (NetworkStream stream = parts.encoder().stream(threads)) {
            for (int from = 0; from < tokens; from += chunk) {
                int count = Math.min(chunk, tokens - from);
                done = put(stream.push(samples(samples, from, count)), latents, done);
            }
            if (tokens > 0) {
                put(stream.finish(), latents, done);
            }
        }
        return Latents.of(tokens, dim, latents);
    }

    /** The same for a short sound, in one piece; {@code observer} sees what enters the layers. */
    Latents encode(float[] samples, LayerObserver observer) {
        int tokens = parts.tokens(samples.length);
        FeatureMap map = parts.encoder().run(samples(samples, 0, tokens), observer, threads);
        return Latents.of(tokens, map.channels(), map.toRows());
    }

    private FeatureMap samples(float[] all, int fromToken, int tokens) {
        int from = fromToken * parts.tokenSamples();
        float[] some = new float[tokens * parts.tokenSamples()];
        System.arraycopy(all, from, some, 0, Math.min(some.length, all.length - from));
        return FeatureMap.ofTime(1, some.length, some);
    }

    private static int put(FeatureMap map, float[] latents, int done) {
        float[] rows = map.toRows();
        System.arraycopy(rows, 0, latents, done * map.channels(), rows.length);
        return done + map.width();
    }
}
