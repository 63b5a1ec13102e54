package dev.tessera.eval.rd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Coders of others on this machine.
 *
 * @param coders those that are installed, pictures also at half and AVIF at a quarter of their size
 * @param skipped names of those that are not
 */
public record Peers<S extends Medium>(List<Coder<S>> coders, List<String> skipped) {
    /** Appended to the name of a coder that sees pictures at half their size. */
    static final String HALF = "-half";

    /** Appended to the name of a coder that sees pictures at a quarter of their size. */
    static final String QUARTER = "-quarter";

    private static final int CODEC2_RATE = 8000;

    /** Names of picture codecs that {@link #pictures} knows. */
    public static final List<String> PICTURE_NAMES = List.of("avifenc", "cjxl", "cwebp", "cjpegli");

    /** Names of sound codecs that {@link #sounds} knows. */
    public static final List<String> SOUND_NAMES = List.of("opusenc", "c2enc");

    private record PicturePeer(Peer<Rgb8> peer, List<String> half, List<String> quarter) {}

    /**
     * Picture codecs, each at settings that span about 0.02 to 0.2 bits per pixel of a photo of 768 x 512 where it can.
     *
     * @param names which of {@link #PICTURE_NAMES}
     * @param png reads and writes PNG
     * @param limit for one run of a program
     */
    public static Peers<Rgb8> pictures(Collection<String> names, MediumFiles<Rgb8> png, Duration limit)
            throws IOException {
        List<PicturePeer> known = List.of(
                new PicturePeer(
                        picture(
                                "avifenc",
                                "--version",
                                ".avif",
                                "avifenc -j 1 -y 420 -s 3 --ignore-icc --ignore-exif --ignore-xmp --min {setting}"
                                        + " --max {setting} {in} {out}",
                                "avifdec -j 1 {in} {out}",
                                "63 61 58 55 51 47 41",
                                png),
                        settings("62 58 53 48 42 36"),
                        settings("56 48 40 32 24")),
                new PicturePeer(
                        picture(
                                "cjxl",
                                "--version",
                                ".jxl",
                                "cjxl {in} {out} -d {setting} --num_threads=0",
                                "djxl {in} {out} --num_threads=0",
                                "25 18 12 8 5",
                                png),
                        settings("25 18 12 8 4"),
                        List.of()),
                new PicturePeer(
                        picture(
                                "cwebp",
                                "-version",
                                ".webp",
                                "cwebp -quiet -m 6 -q {setting} {in} -o {out}",
                                "dwebp -quiet {in} -o {out}",
                                "0 5 15 30 50",
                                png),
                        settings("0 15 40 65 85"),
                        List.of()),
                new PicturePeer(
                        picture(
                                "cjpegli",
                                "--version",
                                ".jpg",
                                "cjpegli {in} {out} -q {setting}",
                                "djpegli {in} {out}",
                                "5 15 30 45 60",
                                png),
                        settings("5 20 40 60 80"),
                        List.of()));
        List<Coder<Rgb8>> coders = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (PicturePeer entry : known) {
            if (!names.contains(entry.peer.name())) {
                continue;
            }
            Optional<Coder<Rgb8>> coder = entry.peer.coder(limit);
            if (coder.isEmpty()) {
                skipped.add(entry.peer.name());
                continue;
            }
            coders.add(coder.get());
            coders.add(new ScaledCoder(coder.get(), 2, HALF, entry.half));
            if (!entry.quarter.isEmpty()) {
                coders.add(new ScaledCoder(coder.get(), 4, QUARTER, entry.quarter));
            }
        }
        return new Peers<>(List.copyOf(coders), List.copyOf(skipped));
    }

    /**
     * Sound codecs for speech and music at the lowest rates.
     *
     * @param names which of {@link #SOUND_NAMES}
     * @param wav reads and writes WAV
     * @param limit for one run of a program
     */
    public static Peers<Sound> sounds(Collection<String> names, MediumFiles<Sound> wav, Duration limit)
            throws IOException {
        List<Peer<Sound>> known = List.of(
                new Peer<>(
                        "opusenc",
                        List.of("--version"),
                        ".opus",
                        ToolLine.of("opusenc --quiet --comp 10 --framesize 60 --discard-comments --discard-pictures"
                                + " --bitrate {setting} {in} {out}"),
                        ToolLine.of("opusdec --quiet --rate 16000 {in} {out}"),
                        settings("6 8 12"),
                        wav,
                        OggPackets::audioBytes),
                new Peer<>(
                        "c2enc",
                        List.of(),
                        ".bin",
                        ToolLine.of("c2enc {setting} {in} {out}"),
                        ToolLine.of("c2dec {setting} {in} {out}"),
                        settings("700C 1300 2400 3200"),
                        new Pcm16Files(CODEC2_RATE),
                        file -> file.length));
        List<Coder<Sound>> coders = new ArrayList<>();
        List<String> skipped = new ArrayList<>();
        for (Peer<Sound> peer : known) {
            if (names.contains(peer.name())) {
                peer.coder(limit).ifPresentOrElse(coders::add, () -> skipped.add(peer.name()));
            }
        }
        return new Peers<>(List.copyOf(coders), List.copyOf(skipped));
    }

    private static Peer<Rgb8> picture(
            String name,
            String versionArgument,
            String suffix,
            String encode,
            String decode,
            String settings,
            MediumFiles<Rgb8> png) {
        return new Peer<>(
                name,
                List.of(versionArgument),
                suffix,
                ToolLine.of(encode),
                ToolLine.of(decode),
                settings(settings),
                png,
                file -> {
                    EmbeddedMetadata.requireNone(file);
                    return file.length;
                });
    }

    private static List<String> settings(String words) {
        return List.of(words.split(" "));
    }

    /** Headerless 16-bit samples at a rate that the program expects. */
    private record Pcm16Files(int rate) implements MediumFiles<Sound> {
        @Override
        public String suffix() {
            return ".raw";
        }

        @Override
        public void write(Sound sample, Path file) throws IOException {
            Files.write(file, sample.at(rate).toPcm16());
        }

        @Override
        public Sound read(Path file) throws IOException {
            return Sound.ofPcm16(rate, Files.readAllBytes(file));
        }
    }
}
