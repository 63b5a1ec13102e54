package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.eval.AudioMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tessera eval audio}: how near a sound is to its original. */
@Command(name = "audio", description = "Measure how near a sound is to its original.")
final class EvalAudioCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "REF", description = "The original.")
    private Path reference;

    @Parameters(index = "1", paramLabel = "DIST", description = "What became of it.")
    private Path distorted;

    @Mixin
    private LimitOptions limits;

    @Override
    int execute() throws IOException {
        AudioSignal a = AudioFiles.read(Files.readAllBytes(reference), reference.toString(), limits.maxSeconds);
        AudioSignal b = AudioFiles.read(Files.readAllBytes(distorted), distorted.toString(), limits.maxSeconds);
        AudioMetrics metrics = AudioMetrics.of(channels(a), a.sampleRate(), channels(b), b.sampleRate());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("mel_distance", metrics.melDistance());
        values.put("mel_distance_0_4k", metrics.melDistance0To4k());
        values.put("si_sdr", metrics.siSdr());
        values.put("stoi", metrics.stoi());
        values.put("seconds", metrics.seconds());
        printValues(values);
        return ExitCode.DONE;
    }

    /** {@code [channels][length]}. */
    static float[][] channels(AudioSignal signal) {
        float[][] channels = new float[signal.channels()][];
        for (int c = 0; c < channels.length; c++) {
            channels[c] = signal.channel(c);
        }
        return channels;
    }
}
