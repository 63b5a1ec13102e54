package dev.tessera.codecs.circuit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LosslessImageCoderTest {
    private static final LosslessImageCoder CODER = LosslessImageCoder.shipped();

    @Property(tries = 40)
    void anyPictureComesBack(
            @ForAll @IntRange(min = 1, max = 24) int height,
            @ForAll @IntRange(min = 1, max = 24) int width,
            @ForAll boolean color,
            @ForAll @IntRange(min = 0, max = 4) int kind,
            @ForAll long seed)
            throws IOException {
        int channels = color ? 3 : 1;
        Random random = new Random(seed);
        byte[] samples = new byte[height * width * channels];
        for (int i = 0; i < samples.length; i++) {
            int x = i / channels % width;
            int y = i / channels / width;
            samples[i] = (byte)
                    switch (kind) {
                        case 0 -> random.nextInt(256);
                        case 1 -> 7 * x + 3 * y + random.nextInt(4);
                        case 2 -> (x / 3 + y / 3) % 2 * 255;
                        case 3 -> seed;
                        default -> random.nextInt(20) == 0 ? 255 : 0;
                    };
        }
        LosslessImageCoder.Picture picture = CODER.decode(CODER.encode(samples, height, width, channels));
        assertArrayEquals(samples, picture.samples());
        assertEquals(height, picture.height());
        assertEquals(width, picture.width());
        assertEquals(channels, picture.channels());
    }

    @Test
    void photosComeBackInFewerBytesThanPngFiltering() throws IOException {
        for (String name : new String[] {"photo-astronaut", "photo-coffee", "photo-lionfish"}) {
            byte[] rgb = golden(name + "-64x64.rgb");
            byte[] stream = CODER.encode(rgb, 64, 64, 3);
            assertArrayEquals(rgb, CODER.decode(stream).samples());
            int png = paethDeflated(rgb, 64);
            assertTrue(stream.length < 0.8 * png, name + ": " + stream.length + " against " + png);
        }
    }

    private static int paethDeflated(byte[] rgb, int width) {
        byte[] filtered = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            int left = i % (3 * width) < 3 ? 0 : rgb[i - 3] & 0xFF;
            int up = i < 3 * width ? 0 : rgb[i - 3 * width] & 0xFF;
            int corner = i % (3 * width) < 3 || i < 3 * width ? 0 : rgb[i - 3 * width - 3] & 0xFF;
            int p = left + up - corner;
            int best = Math.abs(p - left) <= Math.abs(p - up) && Math.abs(p - left) <= Math.abs(p - corner)
                    ? left
                    : Math.abs(p - up) <= Math.abs(p - corner) ? up : corner;
            filtered[i] = (byte) (rgb[i] - best);
        }
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(filtered);
        deflater.finish();
        int size = deflater.deflate(new byte[2 * rgb.length]);
        deflater.end();
        return size;
    }

    @Test
    void aFlatPictureCostsAlmostNothing() throws IOException {
        byte[] flat = new byte[256 * 256];
        Arrays.fill(flat, (byte) 93);
        byte[] stream = CODER.encode(flat, 256, 256, 1);
        assertTrue(stream.length < 60, stream.length + " bytes");
        assertArrayEquals(flat, CODER.decode(stream).samples());
    }

    @Test
    void noiseIsStoredWithoutLoss() throws IOException {
        byte[] rgb = new byte[3 * 64 * 64];
        new Random(5).nextBytes(rgb);
        byte[] stream = CODER.encode(rgb, 64, 64, 3);
        assertArrayEquals(rgb, CODER.decode(stream).samples());
        assertTrue(stream.length <= rgb.length + 11, stream.length + " bytes for noise");
    }

    @Test
    void goldenStreamOfAFrozenModel() throws IOException {
        LosslessImageCoder coder = new LosslessImageCoder(ImageCircuit.read(golden("model-4-states.bin")));
        byte[] rgb = golden("photo-40x48.rgb");
        byte[] stream = golden("photo-40x48.tl");
        assertArrayEquals(stream, coder.encode(rgb, 40, 48, 3));
        assertArrayEquals(rgb, coder.decode(stream).samples());
    }

    @Test
    void damageIsSeen() {
        byte[] rgb = new byte[3 * 16 * 16];
        Arrays.setAll(new int[rgb.length], i -> rgb[i] = (byte) (i * i / 97));
        byte[] stream = CODER.encode(rgb, 16, 16, 3);
        assertTrue(stream.length < rgb.length);
        for (int length = 0; length < stream.length; length++) {
            byte[] cut = Arrays.copyOf(stream, length);
            assertThrows(CorruptBitstreamException.class, () -> CODER.decode(cut));
        }
        for (int bit = 0; bit < 8 * stream.length; bit++) {
            byte[] flipped = stream.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Class<? extends IOException> expected =
                    bit / 8 == 2 ? UnsupportedVersionException.class : CorruptBitstreamException.class;
            assertThrows(expected, () -> CODER.decode(flipped));
        }
    }

    @Test
    void geometryIsRefusedBeforeAllocation() {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(new byte[] {0x54, 0x4C, 0, 0, 3});
        StreamHead.putVarint(head, 1 << 20);
        StreamHead.putVarint(head, 1 << 20);
        byte[] huge = StreamHead.join(head.toByteArray(), new byte[4]);
        CorruptBitstreamException e = assertThrows(CorruptBitstreamException.class, () -> CODER.decode(huge));
        assertTrue(e.getMessage().contains("1048576 x 1048576"), e.getMessage());
        byte[] small = CODER.encode(new byte[100], 10, 10, 1);
        assertThrows(CorruptBitstreamException.class, () -> CODER.decode(small, 99));
        assertThrows(IllegalArgumentException.class, () -> CODER.decode(small, 0));
    }

    @Test
    void refusesBadArguments() {
        assertThrows(IllegalArgumentException.class, () -> CODER.encode(new byte[8], 2, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> CODER.encode(new byte[8], 0, 8, 1));
        assertThrows(IllegalArgumentException.class, () -> CODER.encode(new byte[8], 2, 2, 3));
    }

    @Test
    void modelsSurviveWritingAndRefuseTruncation() throws IOException {
        byte[] bytes = golden("model-4-states.bin");
        assertArrayEquals(bytes, ImageCircuit.read(bytes).write());
        for (int length = 0; length < bytes.length; length += length < 100 ? 1 : 211) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(CorruptBitstreamException.class, () -> ImageCircuit.read(cut));
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(CorruptBitstreamException.class, () -> ImageCircuit.read(longer));
    }

    @Test
    void colorTransformsAreReversibleAndStayInRange() {
        Random random = new Random(2);
        for (ColorTransform transform : ColorTransform.values()) {
            PaddedPlanes planes = transform.planes(1, 1, 3);
            for (int i = 0; i < 20_000; i++) {
                int[] rgb = i < 8
                        ? new int[] {(i & 1) * 255, (i >> 1 & 1) * 255, (i >> 2) * 255}
                        : random.ints(3, 0, 256).toArray();
                int[] coded = rgb.clone();
                transform.forward(coded);
                for (int c = 0; c < 3; c++) {
                    assertTrue(coded[c] >= planes.minimum(c) && coded[c] <= planes.maximum(c));
                }
                transform.inverse(coded);
                assertArrayEquals(rgb, coded);
            }
        }
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = LosslessImageCoderTest.class.getResourceAsStream("/golden/circuit/" + name)) {
            return in.readAllBytes();
        }
    }
}
