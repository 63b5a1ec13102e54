package dev.tessera.codecs.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Streams: what is written chunk by chunk is read chunk by chunk, and as a whole file. */
class TsrStreamTest {
    private static final TsrHeader HEADER = new TsrHeader(TsrFileTest.MODEL, new AudioGeometry(0, 24_000, 1), 42);
    private static final List<byte[]> CHUNKS = List.of(bytes("0123"), bytes(""), bytes("456789"));
    private static final int SAMPLES = 70_000; // of 3 chunks of 30,720

    /** {@code audio-stream.tsr}, as docs/formats/tsr.md explains it. */
    private static final String HEX = "d41aa1b2c38001502a";

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] stream(TsrHeader header, List<byte[]> chunks, long samples) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TsrStreamWriter writer = new TsrStreamWriter(out, header, 128);
        assertEquals(TsrStreamWriter.headerBytes(header, 128), out.size());
        for (byte[] chunk : chunks) {
            writer.chunk(chunk);
        }
        writer.end(samples);
        assertEquals(out.size(), writer.bytes());
        return out.toByteArray();
    }

    private static TsrFile read(byte[] file, Tolerance tolerance) throws IOException {
        return TsrFile.read(file, TsrLimits.DEFAULT, tolerance);
    }

    @Property(tries = 100)
    void chunksComeBack(@ForAll @IntRange(max = 200) int count, @ForAll @IntRange(max = 300) int size)
            throws IOException {
        Random random = new Random(count + 1000L * size);
        List<byte[]> chunks = random.ints(count, 0, size + 1)
                .mapToObj(n -> {
                    byte[] chunk = new byte[n];
                    random.nextBytes(chunk);
                    return chunk;
                })
                .toList();
        long samples = count == 0 ? 0 : 30_720L * count - random.nextInt(30_720);
        byte[] file = stream(HEADER, chunks, samples);
        assertTrue(TsrStreamReader.isStream(file));
        for (Tolerance tolerance : Tolerance.values()) {
            TsrFile read = read(file, tolerance);
            assertEquals(new AudioGeometry(samples, 24_000, 1), read.header().geometry());
            assertEquals(42, read.header().parameters());
            assertEquals(128, read.streamHundredths().orElseThrow());
            assertEquals(TsrLayout.INDEPENDENT, read.layout());
            assertEquals(0, read.missingChunks().length);
            assertEquals(count, read.chunkCount());
            for (int i = 0; i < count; i++) {
                assertArrayEquals(chunks.get(i), read.chunk(i).orElseThrow());
            }
            assertEquals(
                    file.length,
                    read.overheadBytes() + Arrays.stream(read.chunkBytes()).sum());
        }
    }

    @Test
    void theGoldenStreamIsWrittenAndRead() throws IOException {
        byte[] golden = TsrStreamTest.class
                .getResourceAsStream("/golden/tsr/0/audio-stream.tsr")
                .readAllBytes();
        assertTrue(HexFormat.of().formatHex(golden).startsWith(HEX));
        assertArrayEquals(golden, stream(HEADER, CHUNKS, SAMPLES));
    }

    @Test
    void otherFilesAreNoStreams() {
        assertFalse(TsrStreamReader.isStream(new byte[] {(byte) 0xD4}));
        assertFalse(TsrStreamReader.isStream(TsrFile.write(HEADER, new byte[4])));
        assertFalse(TsrStreamReader.isStream(TsrFile.write(HEADER, TsrLayout.INDEPENDENT, CHUNKS)));
        byte[] image = bytes("d418a1b2c3800150" + "2a0000");
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(image));
    }

    @Test
    void everyCutIsFoundAndTheWholeChunksBeforeItAreKept() throws IOException {
        byte[] file = stream(HEADER, CHUNKS, SAMPLES);
        int head = TsrStreamWriter.headerBytes(HEADER, 128);
        int[] ends = {head + 7, head + 12, head + 20};
        for (int cut = 0; cut < file.length; cut++) {
            byte[] shorter = Arrays.copyOf(file, cut);
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(shorter), "cut at " + cut);
            int at = cut;
            int whole = (int) Arrays.stream(ends).filter(end -> end <= at).count();
            for (Tolerance tolerance : List.of(Tolerance.PREFIX, Tolerance.CONCEAL)) {
                if (whole == 0) {
                    assertThrows(CorruptBitstreamException.class, () -> read(shorter, tolerance));
                    continue;
                }
                TsrFile read = read(shorter, tolerance);
                assertEquals(whole + 1, read.chunkCount());
                assertArrayEquals(new int[] {whole}, read.missingChunks());
                assertEquals(
                        new AudioGeometry(30_720L * whole, 24_000, 1),
                        read.header().geometry());
            }
        }
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        byte[] file = stream(HEADER, CHUNKS, SAMPLES);
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> TsrFile.read(flipped), "bit " + bit);
            for (Tolerance tolerance : List.of(Tolerance.PREFIX, Tolerance.CONCEAL)) {
                try {
                    assertTrue(read(flipped, tolerance).missingChunks().length > 0, "bit " + bit);
                } catch (IOException expected) {
                    assertFalse(expected.getMessage().isEmpty());
                }
            }
        }
    }

    @Test
    void aDamagedChunkIsLostAlone() throws IOException {
        byte[] file = stream(HEADER, CHUNKS, SAMPLES);
        file[TsrStreamWriter.headerBytes(HEADER, 128) + 1] ^= 8;
        TsrFile read = read(file, Tolerance.CONCEAL);
        assertArrayEquals(new int[] {0}, read.missingChunks());
        assertEquals(new AudioGeometry(SAMPLES, 24_000, 1), read.header().geometry());
        TsrStreamReader reader =
                new TsrStreamReader(new ByteArrayInputStream(file), TsrLimits.DEFAULT, Tolerance.CONCEAL);
        assertTrue(reader.next().orElseThrow().bytes().isEmpty());
        assertArrayEquals(CHUNKS.get(1), reader.next().orElseThrow().bytes().orElseThrow());
        assertArrayEquals(CHUNKS.get(2), reader.next().orElseThrow().bytes().orElseThrow());
        assertEquals(OptionalLong.empty(), reader.samples());
        assertTrue(reader.next().isEmpty());
        assertEquals(OptionalLong.of(SAMPLES), reader.samples());
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        for (long samples : new long[] {0, 61_440, 92_161}) { // three chunks hold 61,441 to 92,160
            byte[] file = stream(HEADER, CHUNKS, samples);
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(file), samples + " samples");
        }
        byte[] file = stream(HEADER, CHUNKS, 61_441);
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(file, new TsrLimits(1, 2)));
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(Arrays.copyOf(file, file.length + 1)));
        TsrHeader picture = new TsrHeader(TsrFileTest.MODEL, new ImageGeometry(5, 5), 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThrows(IllegalArgumentException.class, () -> new TsrStreamWriter(out, picture, 128));
        assertThrows(IllegalArgumentException.class, () -> new TsrStreamWriter(out, HEADER, 0));
        assertThrows(IllegalArgumentException.class, () -> new TsrStreamWriter(out, HEADER, 1 << 14));
        TsrStreamWriter writer = new TsrStreamWriter(out, HEADER, 128);
        assertThrows(IllegalArgumentException.class, () -> writer.end(1L << 31));
        assertThrows(IllegalArgumentException.class, () -> writer.chunk(new byte[(1 << 24) + 1]));
    }
}
