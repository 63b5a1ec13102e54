package dev.tessera.cli;

import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioSignal;
import dev.tessera.eval.AudioMetrics;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tessera eval}: how near a picture or sound is to its original. */
@Command(name = "eval", description = "Measure how near a picture or sound is to its original.")
final class EvalCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "MEDIA", description = "One of ${COMPLETION-CANDIDATES}.")
    private EvalMedia media;

    @Parameters(index = "1", paramLabel = "REF", description = "The original.")
    private Path reference;

    @Parameters(index = "2", paramLabel = "DIST", description = "What became of it.")
    private Path distorted;

    @Mixin
    private LimitOptions limits;

    /** What can be measured. */
    enum EvalMedia {
        image,
        audio
    }

    @Override
    int execute() throws IOException {
        Map<String, Object> values = switch (media) {
            case image -> evalImage();
            case audio -> evalAudio();
        };
        List<String> lines = new ArrayList<>();
        values.forEach((name, value) -> lines.add(name + " " + (value == null ? "-" : value)));
        print(values, lines);
        return ExitCode.DONE;
    }

    private Map<String, Object> evalImage() throws IOException {
        Image a = ImageFiles.read(Files.readAllBytes(reference), reference.toString(), limits.maxPixels);
        Image b = ImageFiles.read(Files.readAllBytes(distorted), distorted.toString(), limits.maxPixels);
        if (a.width() != b.width() || a.height() != b.height()) {
            throw new UsageException(
                    "sizes differ: " + a.width() + " x " + a.height() + " and " + b.width() + " x " + b.height());
        }
        ImageMetrics metrics = ImageMetrics.of(a.toRgb8(), b.toRgb8(), a.width(), a.height());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("psnr", metrics.psnr());
        values.put("ssim", metrics.ssim());
        values.put("ms_ssim", metrics.msSsim());
        values.put("gmsd", metrics.gmsd());
        return values;
    }

    private Map<String, Object> evalAudio() throws IOException {
        AudioSignal a = AudioFiles.read(Files.readAllBytes(reference), reference.toString(), limits.maxSeconds);
        AudioSignal b = AudioFiles.read(Files.readAllBytes(distorted), distorted.toString(), limits.maxSeconds);
        AudioMetrics metrics = AudioMetrics.of(channels(a), a.sampleRate(), channels(b), b.sampleRate());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("mel_distance", metrics.melDistance());
        values.put("mel_distance_0_4k", metrics.melDistance0To4k());
        values.put("si_sdr", metrics.siSdr());
        values.put("seconds", metrics.seconds());
        return values;
    }

    private static float[][] channels(AudioSignal signal) {
        float[][] channels = new float[signal.channels()][];
        for (int c = 0; c < channels.length; c++) {
            channels[c] = signal.channel(c);
        }
        return channels;
    }
}
