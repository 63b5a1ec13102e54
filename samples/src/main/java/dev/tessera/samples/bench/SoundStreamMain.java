package dev.tessera.samples.bench;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.AudioStreamCompressor;
import dev.tessera.audio.AudioStreamDecompressor;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrStreamWriter;
import dev.tessera.eval.AudioMetrics;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What streams of sound cost and how fast they are, for {@code bench/sound-streams.sh}; beside them files of independent chunks. */
public final class SoundStreamMain {
    private static final double[] KBPS = {1, 2, 6};
    private static final int[] CHUNK_FRAMES = {64, 32, 16, 8};
    private static final int FRAMES_PER_SECOND = 50;

    private SoundStreamMain() {}

    public static void main(String[] args) throws IOException {
        AudioCodec codec = new AudioCodec(AudioModel.load(ModelRegistry.load().find("audio-scalar")));
        say("| sound | kbps | *independent*: mel distance / SI-SDR | chunk, s | latency, s | kbps of the stream"
                + " | mel distance / SI-SDR | times real time: encoder | decoder |");
        say("|---|---|---|---|---|---|---|---|---|");
        for (String file : args) {
            AudioSignal sound = AudioFiles.read(Path.of(file));
            String name = Path.of(file).getFileName().toString();
            for (double kbps : KBPS) {
                byte[] other = codec.compress(
                                sound,
                                new RateTarget.Bytes((long) (kbps * 125 * sound.seconds())),
                                TsrLayout.INDEPENDENT)
                        .bytes();
                String independent = quality(sound, codec.decompress(TsrFile.read(other)));
                for (int frames : CHUNK_FRAMES) {
                    row(codec, name, sound, kbps, frames, independent);
                }
            }
        }
    }

    private static void row(
            AudioCodec codec, String name, AudioSignal sound, double kbps, int frames, String independent)
            throws IOException {
        long start = cpu();
        byte[] stream = stream(codec, sound, kbps, frames);
        long packed = cpu();
        TsrFile file = TsrFile.read(stream);
        AudioStreamDecompressor decompressor =
                codec.decompressor(file.header(), file.streamHundredths().orElseThrow());
        for (int i = 0; i < file.chunkCount(); i++) {
            decompressor.push(file.chunk(i).orElseThrow());
        }
        decompressor.finish(sound.length());
        long unpacked = cpu();
        AudioStreamCompressor compressor = codec.compressor(sound.sampleRate(), sound.channels(), kbps, frames);
        double chunk = (double) frames / FRAMES_PER_SECOND;
        say(String.format(
                Locale.ROOT,
                "| %s | %.0f | %s | %.2f | %.2f | %.2f | %s | %.1f | %.1f |",
                name,
                kbps,
                independent,
                chunk,
                compressor.latencySeconds() - chunk + decompressor.latencySeconds(),
                8 * stream.length / sound.seconds() / 1000,
                quality(sound, codec.decompress(file)),
                sound.seconds() / ((packed - start) / 1e9),
                sound.seconds() / ((unpacked - packed) / 1e9)));
    }

    /** The stream of a whole sound. */
    public static byte[] stream(AudioCodec codec, AudioSignal sound, double kbps, int chunkFrames) throws IOException {
        AudioStreamCompressor compressor = codec.compressor(sound.sampleRate(), sound.channels(), kbps, chunkFrames);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TsrStreamWriter writer = new TsrStreamWriter(out, compressor.header(), compressor.hundredths());
        for (List<byte[]> chunks : List.of(compressor.push(channels(sound)), compressor.finish())) {
            for (byte[] chunk : chunks) {
                writer.chunk(chunk);
            }
        }
        writer.end(compressor.samples());
        return out.toByteArray();
    }

    private static String quality(AudioSignal sound, AudioSignal decoded) {
        AudioMetrics metrics =
                AudioMetrics.of(channels(sound), sound.sampleRate(), channels(decoded), decoded.sampleRate());
        return String.format(Locale.ROOT, "%.3f / %.1f", metrics.melDistance(), metrics.siSdr());
    }

    private static float[][] channels(AudioSignal sound) {
        float[][] channels = new float[sound.channels()][];
        Arrays.setAll(channels, sound::channel);
        return channels;
    }

    /** CPU time of this thread, in nanoseconds. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
