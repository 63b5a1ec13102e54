package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of another writer, decoded by it (src/test/resources/sequences/README.md), and our own ones. */
class SequenceFilesTest {
    private static final int FRAMES = 4;
    private static final long MAX_PIXELS = 1 << 20;

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = SequenceFilesTest.class.getResourceAsStream("/sequences/" + name)) {
            return in.readAllBytes();
        }
    }

    private static ImageSequence read(byte[] bytes) throws IOException {
        return SequenceFiles.read(bytes, "test", MAX_PIXELS);
    }

    private static int largestDifference(byte[] expected, ImageSequence sequence) {
        int largest = 0;
        int from = 0;
        for (int i = 0; i < sequence.size(); i++) {
            for (byte sample : sequence.frame(i).toRgb8()) {
                largest = Math.max(largest, Math.abs((sample & 0xFF) - (expected[from++] & 0xFF)));
            }
        }
        assertEquals(expected.length, from);
        return largest;
    }

    @ParameterizedTest
    @CsvSource({
        "moving.gif, 10, 1, 0",
        "spot.gif, 10, 1, 0",
        "moving.apng, 10, 1, 0",
        "spot.apng, 10, 1, 0",
        "pan-444.y4m, 30000, 1001, 1"
    })
    void filesOfAnotherWriterAreReadAsItDecodesThem(String name, int ticks, int perSeconds, int tolerance)
            throws IOException {
        byte[] file = resource(name);
        assertTrue(SequenceFiles.isOne(file));
        ImageSequence sequence = read(file);
        assertEquals(FRAMES, sequence.size());
        assertEquals(24, sequence.geometry().width());
        assertEquals(18, sequence.geometry().height());
        assertEquals(ticks, sequence.geometry().ticks());
        assertEquals(perSeconds, sequence.geometry().perSeconds());
        assertTrue(sequence.isSteady());
        int largest = largestDifference(resource(name + ".rgb"), sequence);
        assertTrue(largest <= tolerance, "largest difference " + largest);
    }

    private static ImageSequence made(boolean grey, int... durations) {
        SplittableRandom random = new SplittableRandom(4);
        ImageSequence.Builder out = ImageSequence.builder(7, 5, 25, 2);
        for (int duration : durations) {
            float[][] planes = new float[3][35];
            for (float[] plane : planes) {
                for (int i = 0; i < 35; i++) {
                    plane[i] = random.nextInt(256);
                }
            }
            out.add(
                    grey ? Image.ofGrey(7, 5, planes[0]) : Image.ofRgb(7, 5, planes[0], planes[1], planes[2]),
                    duration);
        }
        return out.build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void animatedPngKeepsEverything(boolean grey) throws IOException {
        for (ImageSequence sequence : new ImageSequence[] {made(grey, 3, 1, 10), made(grey, 4, 4), made(grey, 2)}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            SequenceFiles.writeApng(sequence, out);
            assertEquals(sequence, read(out.toByteArray()));
            assertEquals(sequence.size() > 1, SequenceFiles.isOne(out.toByteArray()));
            assertEquals(sequence.frame(0), ImageFiles.read(out.toByteArray(), "first frame", MAX_PIXELS));
        }
    }

    /** Grey comes back within the rounding of 219 levels to 255; of colours luma does, chroma is halved. */
    @Test
    void y4mComesBackWithItsLuma() throws IOException {
        ImageSequence grey = made(true, 1, 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SequenceFiles.writeY4m(grey, out);
        ImageSequence back = read(out.toByteArray());
        assertEquals(grey.geometry(), back.geometry());
        for (int i = 0; i < 35; i++) {
            assertEquals(grey.frame(1).plane(0)[i], back.frame(1).plane(0)[i], 1);
        }
        byte[] first = resource("pan-420.y4m");
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        SequenceFiles.writeY4m(read(first), again);
        int header = 1 + new String(first, StandardCharsets.ISO_8859_1).indexOf('\n');
        int newHeader = 1 + again.toString(StandardCharsets.ISO_8859_1).indexOf('\n');
        byte[] a = Arrays.copyOfRange(first, header, first.length);
        byte[] b = Arrays.copyOfRange(again.toByteArray(), newHeader, again.size());
        assertEquals(a.length, b.length);
        double sum = 0; // colours that RGB has not are cut
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
        }
        assertTrue(sum / a.length < 1, "mean difference " + sum / a.length);
        assertThrows(IllegalArgumentException.class, () -> SequenceFiles.writeY4m(made(false, 1, 2), out));
    }

    @Test
    void anotherReaderReadsWhatIsWritten(@TempDir Path work) throws Exception {
        Path tool = Path.of("/usr/bin/ffmpeg");
        Assumptions.assumeTrue(Files.isExecutable(tool), "needs ffmpeg");
        ImageSequence sequence = read(resource("pan-444.y4m"));
        Path file = work.resolve("a.apng");
        try (var out = Files.newOutputStream(file)) {
            SequenceFiles.writeApng(sequence, out);
        }
        Path raw = work.resolve("a.rgb");
        String[] command = {
            tool.toString(), "-v", "error", "-i", file.toString(), "-f", "rawvideo", "-pix_fmt", "rgb24", raw.toString()
        };
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        assertEquals(0, largestDifference(Files.readAllBytes(raw), sequence));
    }

    @Test
    void transparencyIsLaidOnWhiteAndDelaysOfZeroAreATenth() throws IOException {
        Image clear = Image.ofGrey(2, 1, new float[2]).withAlpha(new float[] {0, 255});
        ImageSequence sequence =
                ImageSequence.builder(2, 1, 10, 1).add(clear, 1).build();
        assertEquals(255, sequence.frame(0).plane(0)[0]);
        assertEquals(0, sequence.frame(0).plane(0)[1]);
        byte[] gif = resource("moving.gif");
        byte[] still = gif.clone();
        for (int i = 0; i < gif.length - 8; i++) {
            if (gif[i] == 0x21 && (gif[i + 1] & 0xFF) == 0xF9) {
                still[i + 4] = 0;
                still[i + 5] = 0;
            }
        }
        assertEquals(10, read(still).geometry().ticks());
    }

    @Test
    void whatIsTooLargeOrStrangeIsRefused() throws IOException {
        for (String name : new String[] {"spot.gif", "spot.apng", "pan-420.y4m"}) {
            byte[] file = resource(name);
            IOException e = assertThrows(
                    UnreadableImageException.class, () -> SequenceFiles.read(file, name, 24 * 18 * FRAMES - 1));
            assertTrue(e.getMessage().contains("above the limit"), e.getMessage());
            assertEquals(
                    FRAMES, SequenceFiles.read(file, name, 24 * 18 * FRAMES).size());
        }
        for (String header : new String[] {
            "YUV4MPEG2 W4 H4 F25:1 It C420\n",
            "YUV4MPEG2 W4 H4 C420p10\n",
            "YUV4MPEG2 W4 Hx\n",
            "YUV4MPEG2 W4\n",
            "YUV4MPEG2 W4 H4 F25\n",
            "YUV4MPEG2 W4 H4\n",
            "YUV4MPEG2 W4 H4\nFRAM",
            "YUV4MPEG2 W4 H4\nFRAME\n123"
        }) {
            assertThrows(
                    UnreadableImageException.class, () -> read(header.getBytes(StandardCharsets.US_ASCII)), header);
        }
        assertFalse(SequenceFiles.isOne(new byte[] {'G', 'I', 'F', '8', '9', 'a'}));
    }

    /** Law 4. */
    @ParameterizedTest
    @ValueSource(strings = {"spot.gif", "spot.apng", "pan-420.y4m"})
    void damagedFilesAreReadOrRefused(String name) throws IOException {
        byte[] file = resource(name);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = i % 3 == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
            for (int j = 0; j < i % 3 && damaged.length > 0; j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                assertTrue(read(damaged).size() > 0);
            } catch (UnreadableImageException expected) {
                assertTrue(expected.getMessage().startsWith("test: "), expected.getMessage());
            }
        }
    }
}
