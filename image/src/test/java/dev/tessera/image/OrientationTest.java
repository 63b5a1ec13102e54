package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The picture is 3 wide and 2 high and stored as a b c / d e f; what it shows upright is written out for each orientation. */
class OrientationTest {
    private static final String[] UPRIGHT = {
        "abc/def", "cba/fed", "fed/cba", "def/abc", "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad"
    };

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyContainerIsTurnedUpright(int orientation) throws IOException {
        String expected = UPRIGHT[orientation - 1];
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            assertEquals(expected, shown(jpeg(exif(orientation, order)), 8), "JPEG " + order);
            assertEquals(expected, shown(png(exif(orientation, order)), 1), "PNG " + order);
            assertEquals(expected, shown(tiff(orientation, order), 1), "TIFF " + order);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6})
    void webpIsTurnedUpright(int orientation) throws IOException {
        byte[] plain = ImageFormatsTest.resource("alpha-lossless.webp");
        Image expected = Orientation.apply(ImageFormatsTest.read(plain), orientation);
        byte[] exif = exif(orientation, ByteOrder.LITTLE_ENDIAN);
        byte[] withPrefix = new byte[exif.length + 6];
        System.arraycopy("Exif\0\0".getBytes(StandardCharsets.US_ASCII), 0, withPrefix, 0, 6);
        System.arraycopy(exif, 0, withPrefix, 6, exif.length);
        assertEquals(expected, ImageFormatsTest.read(webp(plain, exif)));
        assertEquals(expected, ImageFormatsTest.read(webp(plain, withPrefix)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 65535})
    void anUnknownOrientationIsIgnored(int orientation) throws IOException {
        assertEquals("abc/def", shown(png(exif(orientation, ByteOrder.BIG_ENDIAN)), 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 7, 9, 12, 21})
    void damagedExifIsIgnored(int length) throws IOException {
        byte[] exif = Arrays.copyOf(exif(6, ByteOrder.BIG_ENDIAN), length);
        assertEquals("abc/def", shown(png(exif), 1));
    }

    /** Letters of the picture, one for each block of {@code block} x {@code block} pixels. */
    private static String shown(byte[] file, int block) throws IOException {
        Image image = ImageFormatsTest.read(file);
        StringBuilder letters = new StringBuilder();
        for (int y = block / 2; y < image.height(); y += block) {
            letters.append(letters.isEmpty() ? "" : "/");
            for (int x = block / 2; x < image.width(); x += block) {
                letters.append((char) ('a' + Math.round(image.plane(1)[y * image.width() + x] / 40) - 1));
            }
        }
        return letters.toString();
    }

    private static Image picture(int block) {
        int width = 3 * block;
        float[] samples = new float[width * 2 * block];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = 40 * (1 + i % width / block + 3 * (i / width / block));
        }
        return Image.ofGrey(width, 2 * block, samples);
    }

    /** A TIFF block with one entry, the orientation. */
    private static byte[] exif(int orientation, ByteOrder order) {
        ByteBuffer out = ByteBuffer.allocate(26).order(order);
        out.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII));
        out.putShort((short) 42).putInt(8).putShort((short) 1);
        entry(out, 0x0112, orientation);
        return out.putInt(0).array();
    }

    private static void entry(ByteBuffer out, int tag, int value) {
        out.putShort((short) tag)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) value)
                .putShort((short) 0);
    }

    private static byte[] jpeg(byte[] exif) throws IOException {
        byte[] plain = ImageFormatsTest.written(picture(8), "jpg");
        ByteBuffer out = ByteBuffer.allocate(plain.length + exif.length + 10);
        out.put(plain, 0, 2).putShort((short) 0xFFE1).putShort((short) (exif.length + 8));
        out.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(exif);
        return out.put(plain, 2, plain.length - 2).array();
    }

    private static byte[] png(byte[] exif) throws IOException {
        byte[] plain = ImageFormatsTest.written(picture(1), "png");
        int headerEnd = 8 + 25;
        ByteBuffer out = ByteBuffer.allocate(plain.length + exif.length + 12);
        out.put(plain, 0, headerEnd).putInt(exif.length);
        int crcFrom = out.position();
        out.put("eXIf".getBytes(StandardCharsets.US_ASCII)).put(exif);
        CRC32 crc = new CRC32();
        crc.update(out.array(), crcFrom, exif.length + 4);
        out.putInt((int) crc.getValue());
        return out.put(plain, headerEnd, plain.length - headerEnd).array();
    }

    /** An uncompressed grey TIFF. */
    private static byte[] tiff(int orientation, ByteOrder order) {
        int entries = 9;
        int data = 8 + 2 + 12 * entries + 4;
        ByteBuffer out = ByteBuffer.allocate(data + 6).order(order);
        out.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII));
        out.putShort((short) 42).putInt(8).putShort((short) entries);
        entry(out, 256, 3); // width
        entry(out, 257, 2); // height
        entry(out, 258, 8); // bits
        entry(out, 259, 1); // no compression
        entry(out, 262, 1); // black is zero
        entry(out, 273, data); // strip offset
        entry(out, 274, orientation);
        entry(out, 278, 2); // rows in a strip
        entry(out, 279, 6); // strip bytes
        out.putInt(0);
        for (float sample : picture(1).plane(0)) {
            out.put((byte) sample);
        }
        return out.array();
    }

    /** The VP8L chunk of {@code plain} in an extended file with an EXIF chunk. */
    private static byte[] webp(byte[] plain, byte[] exif) {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        int lossless = new String(plain, StandardCharsets.ISO_8859_1).indexOf("VP8L");
        ByteBuffer head = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
        head.put("VP8X".getBytes(StandardCharsets.US_ASCII)).putInt(10).putInt(0x18); // alpha and EXIF
        head.put(new byte[] {18, 0, 0, 12, 0, 0}); // 19 x 13, less one each
        chunks.writeBytes(head.array());
        chunks.write(plain, lossless, plain.length - lossless);
        ByteBuffer tail =
                ByteBuffer.allocate(8 + exif.length + (exif.length & 1)).order(ByteOrder.LITTLE_ENDIAN);
        chunks.writeBytes(tail.put("EXIF".getBytes(StandardCharsets.US_ASCII))
                .putInt(exif.length)
                .put(exif)
                .array());
        ByteBuffer file = ByteBuffer.allocate(12 + chunks.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(4 + chunks.size());
        return file.put("WEBP".getBytes(StandardCharsets.US_ASCII))
                .put(chunks.toByteArray())
                .array();
    }
}
