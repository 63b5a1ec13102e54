package dev.tessera.samples.bench;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.eval.AudioMetrics;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.image.ImageCodec;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModel;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the layouts of {@code .tsr} cost and what they save, for {@code bench/layout-cost.sh}: sizes of the same tokens
 * in each layout, quality at the same size, quality of the first chunks, and quality after a fifth of the chunks is
 * lost.
 *
 * <p>Arguments: sample files; pictures and sound as their suffixes say.
 */
public final class LayoutCostMain {
    private static final String PHOTO_MODEL = "image-pq16"; // what compress takes for the layouts other than single
    private static final String SOUND_MODEL = "audio-mel-mdct";
    private static final double[] BITS_PER_PIXEL = {0.02, 0.04, 0.08, 0.15};
    private static final double[] KBPS = {0.6, 1.5, 3, 6};
    private static final int CHECKSUM_BYTES = 4; // behind each chunk of the independent layout

    private LayoutCostMain() {}

    public static void main(String[] args) throws IOException {
        List<Path> photos = new ArrayList<>();
        List<Path> sounds = new ArrayList<>();
        for (String arg : args) {
            (arg.endsWith(".wav") ? sounds : photos).add(Path.of(arg));
        }
        ModelRegistry registry = ModelRegistry.load();
        if (!photos.isEmpty()) {
            photos(photos, new ImageCodec(ImageModel.load(registry.find(PHOTO_MODEL))));
        }
        if (!sounds.isEmpty()) {
            sounds(sounds, new AudioCodec(AudioModel.load(registry.find(SOUND_MODEL))));
        }
    }

    private static void photos(List<Path> files, ImageCodec codec) throws IOException {
        say("Photos. Same tokens: bytes in each layout. Same size: PSNR, dB.");
        say("| photo | bpp | single | progressive | | independent | | PSNR single | progressive | independent |");
        say("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Path path : files) {
            Image image = ImageFiles.read(path);
            for (double rate : BITS_PER_PIXEL) {
                long budget = (long) (rate * image.width() * image.height() / 8);
                byte[] single =
                        codec.compress(image, new RateTarget.Bytes(budget)).bytes();
                TsrFile file = TsrFile.read(single);
                int progressive = codec.relayout(file, TsrLayout.PROGRESSIVE, 1).length;
                int independent = codec.relayout(file, TsrLayout.INDEPENDENT, 1).length;
                double[] psnr = new double[3];
                for (TsrLayout layout : TsrLayout.values()) {
                    byte[] bytes = codec.compress(image, new RateTarget.Bytes(budget), layout, 2)
                            .bytes();
                    psnr[layout.ordinal()] = psnr(image, codec.decompress(TsrFile.read(bytes), 2));
                }
                say(
                        "| %s | %.2f | %d | %d | %+.1f %% | %d | %+.1f %% | %.2f | %.2f | %.2f |",
                        name(path),
                        rate,
                        single.length,
                        progressive,
                        percent(progressive, single.length),
                        independent,
                        percent(independent, single.length),
                        psnr[0],
                        psnr[1],
                        psnr[2]);
            }
        }
        say("");
        say("Photos. PSNR of the first 1, 2, ... chunks of the progressive layout, dB.");
        for (Path path : files) {
            Image image = ImageFiles.read(path);
            for (double rate : BITS_PER_PIXEL) {
                long budget = (long) (rate * image.width() * image.height() / 8);
                byte[] bytes = codec.compress(image, new RateTarget.Bytes(budget), TsrLayout.PROGRESSIVE, 2)
                        .bytes();
                StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "| %s | %.2f |", name(path), rate));
                int[] chunks = TsrFile.read(bytes).chunkBytes();
                int end = bytes.length - Arrays.stream(chunks).map(n -> n + 2).sum();
                for (int chunk : chunks) {
                    end += chunk + 2;
                    TsrFile cut = TsrFile.read(Arrays.copyOf(bytes, end), TsrLimits.DEFAULT, Tolerance.PREFIX);
                    line.append(String.format(Locale.ROOT, " %d B %.2f |", end, psnr(image, codec.decompress(cut))));
                }
                say("%s", line);
            }
        }
        say("");
        say("Photos. A fifth of the chunks of the independent layout lost, mean over which, PSNR, dB.");
        say("| photo | bpp | undamaged | concealed | mean fill | below undamaged | above mean fill |");
        say("| --- | --- | --- | --- | --- | --- | --- |");
        for (Path path : files) {
            Image image = ImageFiles.read(path);
            for (double rate : BITS_PER_PIXEL) {
                long budget = (long) (rate * image.width() * image.height() / 8);
                byte[] bytes = codec.compress(image, new RateTarget.Bytes(budget), TsrLayout.INDEPENDENT, 2)
                        .bytes();
                Image whole = codec.decompress(TsrFile.read(bytes));
                double undamaged = psnr(image, whole);
                int chunks = TsrFile.read(bytes).chunkCount();
                double concealed = 0;
                double mean = 0;
                for (int lost = 0; lost < chunks; lost++) {
                    TsrFile damaged = TsrFile.read(without(bytes, lost), TsrLimits.DEFAULT, Tolerance.CONCEAL);
                    concealed += psnr(image, codec.decompress(damaged)) / chunks;
                    mean += psnr(image, meanFill(whole, lost)) / chunks;
                }
                say(
                        "| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |",
                        name(path), rate, undamaged, concealed, mean, undamaged - concealed, concealed - mean);
            }
        }
    }

    private static void sounds(List<Path> files, AudioCodec codec) throws IOException {
        say("");
        say("Sound. Same tokens: bytes in each layout. Same size: mel distance and SI-SDR, dB.");
        say("| sound | kbps | single | progressive | | independent | | single | progressive | independent |");
        say("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Path path : files) {
            AudioSignal signal = AudioFiles.read(path);
            for (double rate : KBPS) {
                RateTarget target = new RateTarget.Bytes((long) (rate * signal.seconds() * 125));
                byte[] single = codec.compress(signal, target).bytes();
                TsrFile file = TsrFile.read(single);
                int progressive = codec.relayout(file, TsrLayout.PROGRESSIVE).length;
                int independent = codec.relayout(file, TsrLayout.INDEPENDENT).length;
                String[] quality = new String[3];
                for (TsrLayout layout : TsrLayout.values()) {
                    byte[] bytes = codec.compress(signal, target, layout).bytes();
                    quality[layout.ordinal()] = quality(signal, codec.decompress(TsrFile.read(bytes), 2));
                }
                say(
                        "| %s | %.1f | %d | %d | %+.1f %% | %d | %+.1f %% | %s | %s | %s |",
                        name(path),
                        rate,
                        single.length,
                        progressive,
                        percent(progressive, single.length),
                        independent,
                        percent(independent, single.length),
                        quality[0],
                        quality[1],
                        quality[2]);
            }
        }
        say("");
        say("Sound. Mel distance and SI-SDR of the first 1, 2, ... chunks of the progressive layout.");
        for (Path path : files) {
            AudioSignal signal = AudioFiles.read(path);
            for (double rate : KBPS) {
                RateTarget target = new RateTarget.Bytes((long) (rate * signal.seconds() * 125));
                byte[] bytes =
                        codec.compress(signal, target, TsrLayout.PROGRESSIVE).bytes();
                StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "| %s | %.1f |", name(path), rate));
                int[] chunks = TsrFile.read(bytes).chunkBytes();
                int end = bytes.length - Arrays.stream(chunks).map(n -> n + 2).sum();
                for (int chunk : chunks) {
                    end += chunk + 2;
                    TsrFile cut = TsrFile.read(Arrays.copyOf(bytes, end), TsrLimits.DEFAULT, Tolerance.PREFIX);
                    line.append(String.format(Locale.ROOT, " %d B %s |", end, quality(signal, codec.decompress(cut))));
                }
                say("%s", line);
            }
        }
        say("");
        say("Sound. The last of five chunks of the independent layout lost: mel distance and SI-SDR.");
        say("| sound | kbps | undamaged | concealed | mean fill |");
        say("| --- | --- | --- | --- | --- |");
        for (Path path : files) {
            AudioSignal signal = AudioFiles.read(path);
            for (double rate : KBPS) {
                RateTarget target = new RateTarget.Bytes((long) (rate * signal.seconds() * 125));
                byte[] bytes =
                        codec.compress(signal, target, TsrLayout.INDEPENDENT).bytes();
                byte[] damaged = without(bytes, TsrFile.read(bytes).chunkCount() - 1);
                say(
                        "| %s | %.1f | %s | %s | %s |",
                        name(path),
                        rate,
                        quality(signal, codec.decompress(TsrFile.read(bytes))),
                        quality(signal, codec.decompress(TsrFile.read(damaged, TsrLimits.DEFAULT, Tolerance.CONCEAL))),
                        quality(signal, codec.decompress(TsrFile.read(damaged, TsrLimits.DEFAULT, Tolerance.PREFIX))));
            }
        }
    }

    private static String quality(AudioSignal reference, AudioSignal signal) {
        AudioMetrics metrics =
                AudioMetrics.of(channels(reference), reference.sampleRate(), channels(signal), signal.sampleRate());
        return String.format(Locale.ROOT, "%.3f, %.1f", metrics.melDistance(), metrics.siSdr());
    }

    private static float[][] channels(AudioSignal signal) {
        float[][] channels = new float[signal.channels()][];
        for (int c = 0; c < channels.length; c++) {
            channels[c] = signal.channel(c);
        }
        return channels;
    }

    /** {@code file} with chunk {@code lost} overwritten. */
    private static byte[] without(byte[] file, int lost) throws IOException {
        int[] chunks = TsrFile.read(file).chunkBytes();
        int from = file.length;
        for (int i = chunks.length - 1; i >= lost; i--) {
            from -= chunks[i] + CHECKSUM_BYTES;
        }
        byte[] damaged = file.clone();
        Arrays.fill(damaged, from, from + chunks[lost] + CHECKSUM_BYTES, (byte) 0);
        return damaged;
    }

    /** The mean of the other blocks in those of one of five sets; docs/formats/tsr.md says which they are. */
    private static Image meanFill(Image whole, int set) {
        int width = whole.width();
        float[][] planes = new float[3][];
        for (int c = 0; c < 3; c++) {
            planes[c] = whole.plane(c).clone();
            double sum = 0;
            int count = 0;
            for (int i = 0; i < planes[c].length; i++) {
                if ((i % width / 16 + 2 * (i / width / 16)) % 5 != set) {
                    sum += planes[c][i];
                    count++;
                }
            }
            for (int i = 0; i < planes[c].length; i++) {
                if ((i % width / 16 + 2 * (i / width / 16)) % 5 == set) {
                    planes[c][i] = (float) (sum / count);
                }
            }
        }
        return Image.ofRgb(width, whole.height(), planes[0], planes[1], planes[2]);
    }

    private static double psnr(Image reference, Image image) {
        return ImageMetrics.of(reference.toRgb8(), image.toRgb8(), image.width(), image.height())
                .psnr();
    }

    private static double percent(int bytes, int of) {
        return 100.0 * bytes / of - 100;
    }

    private static String name(Path path) {
        return path.getFileName().toString().replaceFirst("\\..*", "");
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
