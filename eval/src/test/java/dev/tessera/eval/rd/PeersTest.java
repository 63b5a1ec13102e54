package dev.tessera.eval.rd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codecs of others, where they are installed. */
class PeersTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private static final MediumFiles<Rgb8> PNG = new MediumFiles<>() {
        @Override
        public String suffix() {
            return ".png";
        }

        @Override
        public void write(Rgb8 sample, Path file) throws IOException {
            BufferedImage image = new BufferedImage(sample.width(), sample.height(), BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < sample.width() * sample.height(); i++) {
                byte[] p = sample.pixels();
                int rgb = (p[3 * i] & 0xFF) << 16 | (p[3 * i + 1] & 0xFF) << 8 | p[3 * i + 2] & 0xFF;
                image.setRGB(i % sample.width(), i / sample.width(), rgb);
            }
            ImageIO.write(image, "png", file.toFile());
        }

        @Override
        public Rgb8 read(Path file) throws IOException {
            BufferedImage image = ImageIO.read(file.toFile());
            byte[] pixels = new byte[3 * image.getWidth() * image.getHeight()];
            for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
                int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
                pixels[3 * i] = (byte) (rgb >> 16);
                pixels[3 * i + 1] = (byte) (rgb >> 8);
                pixels[3 * i + 2] = (byte) rgb;
            }
            return new Rgb8(image.getWidth(), image.getHeight(), pixels);
        }
    };

    private static Rgb8 picture() {
        byte[] pixels = new byte[3 * 96 * 64];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % 96;
            int y = i / 3 / 96;
            pixels[i] = (byte) (128 + 60 * Math.sin(x / 9.0 + i % 3) + 50 * Math.cos(y / 7.0));
        }
        return new Rgb8(96, 64, pixels);
    }

    @ParameterizedTest
    @ValueSource(strings = {"avifenc", "cjxl", "cwebp", "cjpegli"})
    void peerFilesHoldPixelsAlone(String name) throws IOException {
        Peers<Rgb8> peers = Peers.pictures(List.of(name), PNG, LIMIT);
        assumeTrue(peers.skipped().isEmpty(), "SKIPPED: " + name + " is not installed");
        for (Coder<Rgb8> coder : peers.coders()) {
            Coded<Rgb8> coarse = coder.code(picture(), coder.settings().getFirst());
            Coded<Rgb8> fine = coder.code(picture(), coder.settings().getLast());
            assertTrue(fine.fileBytes() > coarse.fileBytes(), coder.name() + " settings must start with the coarsest");
            double psnr = Measure.PICTURES.of(picture(), fine.decoded()).get("psnr");
            assertTrue(psnr > 20, coder.name() + " decodes to " + psnr + " dB");
        }
    }

    /** A picture with a profile goes in: what comes out must be refused. */
    @Test
    void aPeerFileWithAProfileIsFound() throws IOException {
        ExternalTool avifenc = ExternalTool.find("avifenc").orElse(null);
        assumeTrue(avifenc != null, "SKIPPED: avifenc is not installed");
        Path png = folder.resolve("a.png");
        Path avif = folder.resolve("a.avif");
        PNG.write(picture(), png);
        avifenc.run(List.of(png.toString(), avif.toString()), LIMIT);
        assertEquals(List.of(), EmbeddedMetadata.find(Files.readAllBytes(avif)));
        byte[] profile = java.awt.color.ICC_Profile.getInstance(java.awt.color.ColorSpace.CS_LINEAR_RGB)
                .getData();
        Files.write(png, pngWithProfile(Files.readAllBytes(png), profile));
        assertEquals(List.of("ICC"), EmbeddedMetadata.find(Files.readAllBytes(png)));
        avifenc.run(List.of(png.toString(), avif.toString()), LIMIT);
        byte[] file = Files.readAllBytes(avif);
        assertEquals(List.of("ICC"), EmbeddedMetadata.find(file));
        IOException e = assertThrows(IOException.class, () -> EmbeddedMetadata.requireNone(file));
        assertTrue(e.getMessage().contains("ICC"), e.getMessage());
    }

    @Test
    void metadataOfHandMadeFilesAreFound() throws IOException {
        assertEquals(
                List.of("ICC", "EXIF", "XMP"), EmbeddedMetadata.find(webp("VP8X", "ICCP", "VP8 ", "EXIF", "XMP ")));
        assertEquals(List.of(), EmbeddedMetadata.find(webp("VP8 ")));
        assertEquals(
                List.of("EXIF", "XMP"),
                EmbeddedMetadata.find(
                        join(box("JXL ", new byte[4]), box("Exif", new byte[8]), box("xml ", new byte[3]))));
        byte[] profile = box("colr", "prof....".getBytes(StandardCharsets.US_ASCII));
        byte[] item = box("infe", "\2\0\0\0\0\1\0\0Exif\0".getBytes(StandardCharsets.US_ASCII));
        byte[] meta =
                box("meta", join(new byte[4], box("iinf", join(new byte[6], item)), box("iprp", box("ipco", profile))));
        assertEquals(List.of("EXIF", "ICC"), EmbeddedMetadata.find(join(box("ftyp", new byte[4]), meta)));
        byte[] jpeg = join(
                new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE2, 0, 13},
                "ICC_PROFILE".getBytes(StandardCharsets.US_ASCII));
        assertEquals(List.of("ICC"), EmbeddedMetadata.find(jpeg));
        assertThrows(IOException.class, () -> EmbeddedMetadata.find(new byte[] {1, 2, 3}));
        assertThrows(
                IOException.class,
                () -> EmbeddedMetadata.find(
                        join(box("ftyp", new byte[4]), new byte[] {0, 0, 0, 3, 'm', 'e', 't', 'a'})));
    }

    @Test
    void opusPacketsAreCountedWithoutPagesHeaderAndTags() throws Exception {
        Peers<Sound> peers = Peers.sounds(List.of("opusenc"), wav(), LIMIT);
        assumeTrue(peers.skipped().isEmpty(), "SKIPPED: opusenc is not installed");
        Sound tone = tone();
        Coder<Sound> opus = peers.coders().getFirst();
        Coded<Sound> coded = opus.code(tone, "6");
        assertTrue(coded.payloadBytes() < coded.fileBytes() - 100, coded + " has a container of pages and tags");
        assertTrue(coded.payloadBytes() * 8 / tone.seconds() < 9000, coded.payloadBytes() + " bytes");
        assertEquals(tone.samples().length, coded.decoded().samples().length, 1000);
    }

    @Test
    void oggPacketsAcrossSegmentsAndPages() throws IOException {
        byte[] file = join(page(19), page(3), page(255, 255, 10, 7), page(255), page(4, 255, 0));
        assertEquals(List.of(19, 3, 520, 7, 259, 255), OggPackets.sizes(file));
        assertEquals(520 + 7 + 259 + 255, OggPackets.audioBytes(file));
        for (int cut : new int[] {10, file.length - 1}) {
            assertThrows(IOException.class, () -> OggPackets.sizes(Arrays.copyOf(file, cut)));
        }
    }

    @Test
    void programsThatAreMissingAreNamedAndSlowOnesEnded() throws IOException {
        assertTrue(ExternalTool.find("no-such-program-of-ours").isEmpty());
        ExternalTool sleep = ExternalTool.find("sleep").orElse(null);
        assumeTrue(sleep != null, "SKIPPED: sleep is not installed");
        long start = System.nanoTime();
        IOException e = assertThrows(IOException.class, () -> sleep.run(List.of("30"), Duration.ofMillis(200)));
        assertTrue(e.getMessage().contains("took more than"), e.getMessage());
        assertTrue(System.nanoTime() - start < 20e9);
        e = assertThrows(IOException.class, () -> sleep.run(List.of("x"), LIMIT));
        assertTrue(e.getMessage().contains("sleep ended with"), e.getMessage());
    }

    private static Sound tone() {
        float[] samples = new float[32000];
        for (int t = 0; t < samples.length; t++) {
            samples[t] = (float) (.3 * Math.sin(t * .11) * Math.sin(t * .0007));
        }
        return new Sound(16000, samples);
    }

    private static MediumFiles<Sound> wav() {
        return new MediumFiles<>() {
            @Override
            public String suffix() {
                return ".wav";
            }

            @Override
            public void write(Sound sample, Path file) throws IOException {
                byte[] pcm = sample.toPcm16();
                ByteBuffer out = ByteBuffer.allocate(44 + pcm.length).order(ByteOrder.LITTLE_ENDIAN);
                out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + pcm.length);
                out.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
                out.putShort((short) 1).putShort((short) 1).putInt(sample.sampleRate());
                out.putInt(2 * sample.sampleRate()).putShort((short) 2).putShort((short) 16);
                out.put("data".getBytes(StandardCharsets.US_ASCII))
                        .putInt(pcm.length)
                        .put(pcm);
                Files.write(file, out.array());
            }

            @Override
            public Sound read(Path file) throws IOException {
                byte[] wav = Files.readAllBytes(file);
                return Sound.ofPcm16(16000, Arrays.copyOfRange(wav, 44, wav.length));
            }
        };
    }

    private static byte[] page(int... segments) {
        ByteBuffer page = ByteBuffer.allocate(
                27 + segments.length + Arrays.stream(segments).sum());
        page.put("OggS".getBytes(StandardCharsets.US_ASCII))
                .put(26, (byte) segments.length)
                .position(27);
        for (int segment : segments) {
            page.put((byte) segment);
        }
        return page.array();
    }

    private static byte[] webp(String... chunks) {
        byte[] out = "RIFF\0\0\0\0WEBP".getBytes(StandardCharsets.US_ASCII);
        for (String chunk : chunks) {
            out = join(out, chunk.getBytes(StandardCharsets.US_ASCII), new byte[] {3, 0, 0, 0, 9, 9, 9, 0});
        }
        return out;
    }

    private static byte[] box(String type, byte[] content) {
        return join(
                ByteBuffer.allocate(4).putInt(8 + content.length).array(),
                type.getBytes(StandardCharsets.US_ASCII),
                content);
    }

    private static byte[] pngWithProfile(byte[] png, byte[] profile) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write("iCCPx\0\0".getBytes(StandardCharsets.US_ASCII));
        try (var deflater = new java.util.zip.DeflaterOutputStream(packed)) {
            deflater.write(profile);
        }
        byte[] chunk = packed.toByteArray();
        CRC32 crc = new CRC32();
        crc.update(chunk);
        int afterHeader = 8 + 25;
        return join(
                Arrays.copyOf(png, afterHeader),
                ByteBuffer.allocate(4).putInt(chunk.length - 4).array(),
                chunk,
                ByteBuffer.allocate(4).putInt((int) crc.getValue()).array(),
                Arrays.copyOfRange(png, afterHeader, png.length));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
