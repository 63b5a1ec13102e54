package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageFilesFuzzTest {
    private static final long MAX_PIXELS = 1 << 20;
    /** Far above what the work takes: it tells a hang from slowness, nothing else. */
    private static final Duration HANG = Duration.ofMinutes(2);

    /** A file cut anywhere is refused, or was read whole because only padding is missing. */
    @ParameterizedTest
    @MethodSource("dev.tessera.image.ImageFormatsTest#withExpectation")
    void truncation(String name) throws IOException {
        byte[] file = ImageFormatsTest.resource(name);
        Image whole = ImageFiles.read(file, name, MAX_PIXELS);
        assertTimeoutPreemptively(HANG, () -> {
            int refused = 0;
            for (int length = 0; length < file.length; length++) {
                try {
                    assertEquals(
                            whole, ImageFiles.read(Arrays.copyOf(file, length), name, MAX_PIXELS), "cut at " + length);
                } catch (UnreadableImageException e) {
                    assertTrue(e.getMessage().startsWith(name + ": "), e.getMessage());
                    refused++;
                }
            }
            assertTrue(refused > file.length * 9 / 10, refused + " of " + file.length + " cuts were refused");
        });
    }

    /** Damage ends in a picture or in our exception: anything else fails the test by itself. */
    @ParameterizedTest
    @MethodSource("dev.tessera.image.ImageFormatsTest#withExpectation")
    void flips(String name) throws IOException {
        byte[] file = ImageFormatsTest.resource(name);
        SplittableRandom random = new SplittableRandom(name.hashCode());
        assertTimeoutPreemptively(HANG, () -> {
            int ends = 0;
            for (int i = 0; i < 250; i++) {
                byte[] damaged = file.clone();
                int bound = i % 3 == 0 ? Math.min(file.length, 120) : file.length;
                for (int flips = 1 + random.nextInt(2); flips > 0; flips--) {
                    int at = random.nextInt(bound);
                    damaged[at] = random.nextInt(4) == 0 ? (byte) 0xFF : (byte) (damaged[at] ^ 1 << random.nextInt(8));
                }
                try {
                    Image image = ImageFiles.read(damaged, name, MAX_PIXELS);
                    assertTrue((long) image.width() * image.height() <= MAX_PIXELS);
                } catch (UnreadableImageException e) {
                    assertTrue(e.getMessage().startsWith(name + ": "), e.getMessage());
                }
                ends++;
            }
            assertEquals(250, ends);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.tessera.image.ImageFormatsTest#withExpectation")
    void geometryAboveTheLimitIsRefused(String name) throws IOException {
        byte[] file = ImageFormatsTest.resource(name);
        assertEquals(19, ImageFiles.read(file, name, 19 * 13).width());
        UnreadableImageException refused =
                assertThrows(UnreadableImageException.class, () -> ImageFiles.read(file, name, 19 * 13 - 1));
        assertTrue(refused.getMessage().contains("limit of 246 pixels"), refused.getMessage());
    }

    @Test
    void randomBytesBehindEverySignature() {
        String[] signatures = {
            "", "\u0089PNG\r\n\u001a\n", "\u00ff\u00d8\u00ff", "RIFF\u0040\0\0\0WEBP", "RIFF\u0040\0\0\0WEBPVP8 ",
                    "II*\0",
            "MM\0*", "II+\0", "GIF89a", "BM", "P5 ", "P6\n9 9 255 "
        };
        SplittableRandom random = new SplittableRandom(4);
        assertTimeoutPreemptively(HANG, () -> {
            for (String signature : signatures) {
                for (int i = 0; i < 200; i++) {
                    byte[] start = signature.getBytes(StandardCharsets.ISO_8859_1);
                    byte[] file = new byte[start.length + random.nextInt(200)];
                    random.nextBytes(file);
                    System.arraycopy(start, 0, file, 0, start.length);
                    try {
                        Image image = ImageFiles.read(file, "noise", MAX_PIXELS);
                        assertTrue(signature.startsWith("P"), "noise was read as " + image);
                    } catch (UnreadableImageException e) {
                        assertTrue(e.getMessage().startsWith("noise: "), e.getMessage());
                    }
                }
            }
        });
    }

    /** 134 million pixels are within the limit, but a few bytes cannot hold them: refused before anything is allocated. */
    @Test
    void aSmallFileThatDeclaresAHugePicture() throws IOException {
        byte[] png = ImageFormatsTest.written(Image.ofGrey(1, 1, new float[1]), "png");
        ByteBuffer header = ByteBuffer.wrap(png);
        header.putInt(16, 1 << 14).putInt(20, 1 << 13);
        CRC32 crc = new CRC32();
        crc.update(png, 12, 17);
        header.putInt(29, (int) crc.getValue());
        assertRefused("cannot hold 16384 x 8192 pixels", png);

        byte[] jpeg = ImageFormatsTest.resource("colour.jpg");
        int frame = indexOf(jpeg, 0xFF, 0xC0);
        ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 8192).putShort(frame + 7, (short) 16384);
        assertRefused("cannot hold 16384 x 8192 pixels", jpeg);

        assertRefused("ends early", "P6 16384 8192 255 ....".getBytes(StandardCharsets.US_ASCII));

        byte[] bmp = ImageFormatsTest.resource("colour.bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, 1 << 14).putInt(22, 1 << 13);
        assertRefused("ends early", bmp);
    }

    @Test
    void jpegOfThousandsOfScansIsRefused() throws IOException {
        byte[] jpeg = ImageFormatsTest.resource("grey.jpg");
        int scan = indexOf(jpeg, 0xFF, 0xDA);
        int scanBytes = jpeg.length - 2 - scan;
        ByteBuffer many = ByteBuffer.allocate(scan + 201 * scanBytes + 2).put(jpeg, 0, scan);
        for (int i = 0; i < 201; i++) {
            many.put(jpeg, scan, scanBytes);
        }
        many.putShort((short) 0xFFD9);
        assertRefused("scans", many.array());
    }

    @Test
    void anEndlessStreamIsRefused() {
        byte[] much = new byte[(64 << 20) + 16 + 1];
        UnreadableImageException refused = assertThrows(
                UnreadableImageException.class, () -> ImageFiles.read(new ByteArrayInputStream(much), "pipe", 1));
        assertTrue(refused.getMessage().contains("more than"), refused.getMessage());
    }

    @Test
    void emptyAndForeignFilesAreNamed() {
        assertRefused("empty", new byte[0]);
        assertRefused("not an image file", "RIFF....WAVEfmt ".getBytes(StandardCharsets.US_ASCII));
        assertRefused("not an image file", "P4 1 1 .".getBytes(StandardCharsets.US_ASCII));
    }

    private static void assertRefused(String what, byte[] file) {
        UnreadableImageException refused = assertThrows(
                UnreadableImageException.class, () -> ImageFiles.read(file, "the file", ImageFiles.DEFAULT_MAX_PIXELS));
        assertTrue(refused.getMessage().contains(what), refused.getMessage());
    }

    private static int indexOf(byte[] bytes, int first, int second) {
        for (int i = 0; ; i++) {
            if ((bytes[i] & 0xFF) == first && (bytes[i + 1] & 0xFF) == second) {
                return i;
            }
        }
    }
}
