package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.NeuralAudioModel;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.eval.AudioMetrics;
import dev.tessera.vqmodels.nn.LayerObserver;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A tokenizer of sound. */
record SoundSubject(NeuralAudioModel model, LimitOptions limits, int threads) implements Subject {
    private AudioSignal read(Input input) throws IOException {
        return AudioFiles.read(input.bytes(), input.name(), limits.maxSeconds);
    }

    @Override
    public void observe(Input input, LayerObserver observer) throws IOException {
        model.observe(read(input), observer, threads);
    }

    @Override
    public Trial tryOut(Input input) throws IOException {
        AudioSignal signal = read(input);
        Tokenizer<AudioSignal> tokenizer = model.tokenizer(threads);
        long start = System.nanoTime();
        Tokens tokens = tokenizer.tokenize(signal);
        long middle = System.nanoTime();
        AudioSignal back = tokenizer.detokenize(tokens);
        long end = System.nanoTime();
        AudioMetrics metrics = AudioMetrics.of(
                EvalAudioCommand.channels(signal),
                signal.sampleRate(),
                EvalAudioCommand.channels(back),
                back.sampleRate());
        Map<String, Double> quality = new LinkedHashMap<>();
        quality.put("mel_distance", metrics.melDistance());
        quality.put("si_sdr", metrics.siSdr());
        return new Trial(tokens, quality, (middle - start) / 1e9, (end - middle) / 1e9);
    }

    @Override
    public Quantizer quantizer() {
        return model.tokenizer(threads).quantizer();
    }
}
