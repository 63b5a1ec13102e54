package dev.tessera.samples.bench;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.audio.Resampler;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.eval.AudioMetrics;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What is left of sound files of which a tenth of the packets is lost, for {@code bench/packet-loss.sh}. Recordings of a folder are
 * joined to one sound; a packet is a chunk of the layout <i>independent</i>.
 */
public final class PacketLossMain {
    private static final String MODEL = "audio-scalar";
    private static final int RATE = 16_000;
    private static final int SECONDS = 8;
    private static final double[] KBPS = {0.45, 1, 2, 6};
    private static final double LOST = 0.1;
    private static final int DRAWS = 3;
    private static final int CHECKSUM_BYTES = 4;
    private static final int CHUNK_SAMPLES = 64 * 320; // docs/formats/tsr.md

    private PacketLossMain() {}

    public static void main(String[] args) throws IOException {
        AudioCodec codec = new AudioCodec(AudioModel.load(ModelRegistry.load().find(MODEL)));
        int recordings = Integer.parseInt(args[0]);
        say(
                "| sound | kbps | same steps: bytes of *independent* | same size: mel distance / SI-SDR of *single* | undamaged | concealed"
                        + " | silence | largest step at borders: undamaged | concealed | silence |");
        say("|---|---|---|---|---|---|---|---|---|---|");
        for (String folder : List.of(args).subList(1, args.length)) {
            AudioSignal sound = joined(Path.of(folder), recordings);
            for (double kbps : KBPS) {
                row(codec, Path.of(folder).getFileName().toString(), sound, kbps);
            }
        }
    }

    /** The first seconds of the first recordings that are so long. */
    private static AudioSignal joined(Path folder, int recordings) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        float[] out = new float[recordings * SECONDS * RATE];
        int to = 0;
        for (Path file : files) {
            float[] x = Resampler.resample(AudioFiles.read(file).toMono(), RATE).channel(0);
            if (x.length >= SECONDS * RATE && to < out.length) {
                System.arraycopy(x, 0, out, to, SECONDS * RATE);
                to += SECONDS * RATE;
            }
        }
        return AudioSignal.mono(RATE, Arrays.copyOf(out, to));
    }

    private static void row(AudioCodec codec, String name, AudioSignal sound, double kbps) throws IOException {
        RateTarget target = new RateTarget.Bytes((long) (kbps * 125 * sound.seconds()));
        double[] single = quality(
                sound,
                codec.decompress(TsrFile.read(codec.compress(sound, target).bytes())));
        byte[] bytes = codec.compress(sound, target, TsrLayout.INDEPENDENT).bytes();
        TsrFile whole = TsrFile.read(bytes);
        AudioSignal decoded = codec.decompress(whole);
        double[] undamaged = quality(sound, decoded);
        double[] concealed = new double[2];
        double[] silent = new double[2];
        double[] steps = new double[3];
        int count = (int) Math.max(1, Math.rint(LOST * whole.chunkCount()));
        for (int draw = 0; draw < DRAWS; draw++) {
            int[] lost = new SplittableRandom(draw)
                    .ints(0, whole.chunkCount())
                    .distinct()
                    .limit(count)
                    .sorted()
                    .toArray();
            TsrFile damaged = TsrFile.read(without(bytes, whole, lost), TsrLimits.DEFAULT, Tolerance.CONCEAL);
            AudioSignal restored = codec.decompress(damaged);
            AudioSignal muted = silenced(decoded, lost);
            add(concealed, quality(sound, restored));
            add(silent, quality(sound, muted));
            steps[0] = Math.max(steps[0], largestStep(decoded, lost));
            steps[1] = Math.max(steps[1], largestStep(restored, lost));
            steps[2] = Math.max(steps[2], largestStep(muted, lost));
        }
        RateTarget same = new RateTarget.Quality(qualityOf(kbps));
        double ratio =
                (double) codec.compress(sound, same, TsrLayout.INDEPENDENT).bytes().length
                        / codec.compress(sound, same).bytes().length;
        say(
                "| %s | %.2f | %+.1f %% | %.3f / %.1f | %.3f / %.1f | %.3f / %.1f | %.3f / %.1f | %.3f | %.3f | %.3f |",
                name,
                kbps,
                100 * ratio - 100,
                single[0],
                single[1],
                undamaged[0],
                undamaged[1],
                concealed[0],
                concealed[1],
                silent[0],
                silent[1],
                steps[0],
                steps[1],
                steps[2]);
    }

    /** The quality whose files have about so many kbps. */
    private static int qualityOf(double kbps) {
        return kbps < 0.5 ? 25 : (int) Math.rint(30 + 70 * Math.log(kbps / 0.6) / Math.log(20));
    }

    private static void add(double[] sum, double[] values) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i] / DRAWS;
        }
    }

    /** The largest difference of neighbouring samples within 40 ms of the borders of lost packets. */
    private static double largestStep(AudioSignal signal, int[] lost) {
        float[] x = signal.channel(0);
        double largest = 0;
        for (int chunk : lost) {
            for (int border : new int[] {start(chunk), start(chunk + 1)}) {
                for (int i = Math.max(1, border - RATE / 25); i < Math.min(x.length, border + RATE / 25); i++) {
                    largest = Math.max(largest, Math.abs(x[i] - x[i - 1]));
                }
            }
        }
        return largest;
    }

    private static int start(int chunk) {
        return chunk * CHUNK_SAMPLES;
    }

    private static AudioSignal silenced(AudioSignal decoded, int[] lost) {
        float[] x = decoded.channel(0);
        for (int chunk : lost) {
            Arrays.fill(x, start(chunk), Math.min(x.length, start(chunk + 1)), 0);
        }
        return AudioSignal.mono(RATE, x);
    }

    /** The file without the bytes of some chunks, as if their packets had not come. */
    private static byte[] without(byte[] bytes, TsrFile whole, int[] lost) {
        int[] lengths = whole.chunkBytes();
        int at = bytes.length;
        for (int length : lengths) {
            at -= length + CHECKSUM_BYTES;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        for (int i = 0; i < lengths.length; i++) {
            if (Arrays.binarySearch(lost, i) < 0) {
                out.write(bytes, at, lengths[i] + CHECKSUM_BYTES);
            }
            at += lengths[i] + CHECKSUM_BYTES;
        }
        return out.toByteArray();
    }

    private static double[] quality(AudioSignal reference, AudioSignal signal) {
        AudioMetrics metrics = AudioMetrics.of(
                new float[][] {reference.channel(0)}, RATE, new float[][] {signal.channel(0)}, signal.sampleRate());
        return new double[] {metrics.melDistance(), metrics.siSdr()};
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
