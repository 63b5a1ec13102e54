package dev.tessera.codecs.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The layouts of several chunks: what is written is read, and damage costs the damaged chunks and no more. */
class TsrChunksTest {
    private static final TsrHeader HEADER = new TsrHeader(TsrFileTest.MODEL, new ImageGeometry(512, 512), 5);

    private static List<byte[]> chunks(int count, int size, long seed) {
        Random random = new Random(seed);
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] chunk = new byte[size == 0 ? 0 : random.nextInt(size)];
            random.nextBytes(chunk);
            chunks.add(chunk);
        }
        return chunks;
    }

    private static TsrFile read(byte[] file, Tolerance tolerance) throws IOException {
        return TsrFile.read(file, TsrLimits.DEFAULT, tolerance);
    }

    @Property(tries = 300)
    void chunksComeBack(
            @ForAll @IntRange(min = 1, max = 300) int count,
            @ForAll @IntRange(max = 200) int size,
            @ForAll boolean progressive)
            throws IOException {
        TsrLayout layout = progressive ? TsrLayout.PROGRESSIVE : TsrLayout.INDEPENDENT;
        List<byte[]> chunks = chunks(count, size, count + 1000L * size);
        byte[] file = TsrFile.write(HEADER, layout, chunks);
        assertEquals(file.length, TsrFile.size(HEADER, layout, chunks));
        for (Tolerance tolerance : Tolerance.values()) {
            TsrFile read = read(file, tolerance);
            assertEquals(HEADER, read.header());
            assertEquals(layout, read.layout());
            assertEquals(0, read.missingChunks().length);
            assertEquals(count, read.chunkCount());
            assertEquals(
                    file.length,
                    read.overheadBytes() + Arrays.stream(read.chunkBytes()).sum());
            for (int i = 0; i < count; i++) {
                assertArrayEquals(chunks.get(i), read.chunk(i).orElseThrow());
            }
        }
    }

    @Test
    void theSingleLayoutIsTheOldFile() {
        byte[] payload = {1, 2, 3};
        assertArrayEquals(TsrFile.write(HEADER, payload), TsrFile.write(HEADER, TsrLayout.SINGLE, List.of(payload)));
        assertEquals(15, TsrFile.size(HEADER, TsrLayout.SINGLE, List.of(payload)));
        assertThrows(
                IllegalArgumentException.class,
                () -> TsrFile.write(HEADER, TsrLayout.SINGLE, List.of(payload, payload)));
        assertThrows(IllegalArgumentException.class, () -> TsrFile.write(HEADER, TsrLayout.PROGRESSIVE, List.of()));
    }

    @ParameterizedTest
    @EnumSource(
            value = TsrLayout.class,
            names = {"PROGRESSIVE", "INDEPENDENT"})
    void aCutFileKeepsTheChunksBeforeTheCut(TsrLayout layout) throws IOException {
        List<byte[]> chunks = chunks(7, 30, 3);
        byte[] file = TsrFile.write(HEADER, layout, chunks);
        int[] ends = ends(file, layout, chunks);
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(cut), "cut to " + length);
            int whole = 0;
            while (ends[whole] <= length) {
                whole++;
            }
            for (Tolerance tolerance : List.of(Tolerance.PREFIX, Tolerance.CONCEAL)) {
                if (whole == 0) {
                    assertThrows(CorruptBitstreamException.class, () -> read(cut, tolerance), "cut to " + length);
                } else {
                    TsrFile read = read(cut, tolerance);
                    assertEquals(whole, read.wholePrefix(), "cut to " + length);
                    assertEquals(7 - whole, read.missingChunks().length);
                }
            }
        }
        byte[] longer = Arrays.copyOf(file, file.length + 1);
        for (Tolerance tolerance : Tolerance.values()) {
            assertThrows(CorruptBitstreamException.class, () -> read(longer, tolerance));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TsrLayout.class,
            names = {"PROGRESSIVE", "INDEPENDENT"})
    void aFlippedBitCostsItsChunk(TsrLayout layout) throws IOException {
        List<byte[]> chunks = chunks(6, 20, 4);
        byte[] file = TsrFile.write(HEADER, layout, chunks);
        int[] ends = ends(file, layout, chunks);
        int start = ends[0] - chunks.get(0).length - layout.checksumBytes();
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] damaged = file.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThrows(IOException.class, () -> TsrFile.read(damaged), "bit " + bit);
            if (bit / 8 < start) {
                assertThrows(IOException.class, () -> read(damaged, Tolerance.CONCEAL), "bit " + bit);
                continue;
            }
            int hit = 0;
            while (ends[hit] <= bit / 8) {
                hit++;
            }
            if (layout == TsrLayout.INDEPENDENT) {
                assertArrayEquals(
                        new int[] {hit}, read(damaged, Tolerance.CONCEAL).missingChunks());
            }
            if (hit > 0) {
                assertEquals(hit, read(damaged, Tolerance.PREFIX).wholePrefix());
            }
        }
    }

    @Test
    void chunksBehindOnesThatAreGoneAreFound() throws IOException {
        List<byte[]> chunks = chunks(10, 40, 5);
        byte[] file = TsrFile.write(HEADER, TsrLayout.INDEPENDENT, chunks);
        int[] ends = ends(file, TsrLayout.INDEPENDENT, chunks);
        for (int first = 0; first < 10; first++) {
            for (int last = first; last < 10 && last - first < 9; last++) {
                int from = ends[first] - chunks.get(first).length - 4;
                byte[] shorter = Arrays.copyOf(file, file.length - (ends[last] - from));
                System.arraycopy(file, ends[last], shorter, from, file.length - ends[last]);
                TsrFile read = read(shorter, Tolerance.CONCEAL);
                assertEquals(last - first + 1, read.missingChunks().length, first + " to " + last + " are gone");
                assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(shorter));
            }
        }
    }

    @Test
    void chunksOfAnotherFileOrPlaceAreRefused() throws IOException {
        List<byte[]> chunks = List.of(new byte[] {1, 2}, new byte[] {3, 4}, new byte[] {5, 6});
        List<byte[]> others = List.of(new byte[] {1, 2}, new byte[] {3, 4}, new byte[] {5, 6, 7});
        byte[] file = TsrFile.write(HEADER, TsrLayout.INDEPENDENT, chunks);
        byte[] other = TsrFile.write(HEADER, TsrLayout.INDEPENDENT, others);
        byte[] mixed = file.clone();
        int start = file.length - 18;
        System.arraycopy(other, other.length - 19, mixed, start, 6);
        assertArrayEquals(new int[] {0}, read(mixed, Tolerance.CONCEAL).missingChunks());
        byte[] swapped = file.clone();
        System.arraycopy(file, start, swapped, start + 6, 6);
        System.arraycopy(file, start + 6, swapped, start, 6);
        assertArrayEquals(new int[] {0, 1}, read(swapped, Tolerance.CONCEAL).missingChunks());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "D4 18 A1 B2 C3 00 00 05 02 00", // layout 3
                "D4 08 A1 B2 C3 00 00 05 01 00", // one chunk of a single byte, but a checksum has two
                "D4 10 A1 B2 C3 00 00 05 03 00", // the same, four
                "D4 08 A1 B2 C3 00 00 05 02 80 00", // overlong count
                "D4 08 A1 B2 C3 00 00 05 02 FF FF 03", // 65,536 chunks and no lengths
                "D4 08 A1 B2 C3 00 00 05 02 80 80 04", // 65,537 chunks
                "D4 08 A1 B2 C3 00 00 05 FF FF FF FF 7F 00", // 2^35 - 1 bytes
                "D4 08 A1 B2 C3 00 00 05 08 01 FF FF FF FF 7F", // a chunk of 2^35 - 1 bytes in 8
                "D4 08 A1 B2 C3 00 00 05 08 01 05" // 5 + 2 + 2 bytes in 8
            })
    void tablesThatDoNotAddUpAreCorrupt(String hex) {
        byte[] head = HexFormat.ofDelimiter(" ").parseHex(hex);
        byte[] file = Arrays.copyOf(head, head.length + 12);
        int crc = Crc16.of(head, head.length);
        file[head.length] = (byte) (crc >>> 8);
        file[head.length + 1] = (byte) crc;
        for (Tolerance tolerance : Tolerance.values()) {
            assertThrows(CorruptBitstreamException.class, () -> read(file, tolerance));
        }
    }

    /** Damaged headers under a correct checksum, as somebody who means harm would make them. */
    @Test
    void forgedTablesGiveOurExceptionOrAFile() throws IOException {
        Random random = new Random(6);
        int read = 0;
        for (int i = 0; i < 60_000; i++) {
            TsrLayout layout = i % 2 == 0 ? TsrLayout.PROGRESSIVE : TsrLayout.INDEPENDENT;
            byte[] forged = TsrFile.write(HEADER, layout, chunks(1 + i % 9, 30, i % 50));
            for (int n = random.nextInt(1, 5); n > 0; n--) {
                forged[random.nextInt(2, Math.min(forged.length, 18))] = (byte) random.nextInt(256);
            }
            int end = random.nextInt(10, Math.min(forged.length - 1, 24));
            int crc = Crc16.of(forged, end);
            forged[end] = (byte) (crc >>> 8);
            forged[end + 1] = (byte) crc;
            try {
                read(forged, Tolerance.CONCEAL);
                read++;
            } catch (CorruptBitstreamException | UnsupportedVersionException e) {
                // refused
            }
        }
        assertTrue(read > 30 && read < 59_000, read + " were read: forging must reach both ends");
    }

    @Test
    void goldenFilesAreWrittenAndReadAlike() throws IOException {
        List<byte[]> chunks = List.of(new byte[] {0x01, 0x23}, new byte[0], new byte[] {0x45, 0x67, (byte) 0x89});
        TsrHeader sound = new TsrHeader(TsrFileTest.MODEL, new AudioGeometry(120_000, 24_000, 1), 0x2A);
        for (TsrLayout layout : List.of(TsrLayout.PROGRESSIVE, TsrLayout.INDEPENDENT)) {
            for (TsrHeader header : List.of(HEADER, sound)) {
                String name =
                        (header == HEADER ? "image-" : "audio-") + layout.name().toLowerCase(Locale.ROOT) + ".tsr";
                byte[] golden;
                try (InputStream in = TsrChunksTest.class.getResourceAsStream("/golden/tsr/0/" + name)) {
                    golden = in.readAllBytes();
                }
                assertArrayEquals(golden, TsrFile.write(header, layout, chunks), name);
                TsrFile read = TsrFile.read(golden);
                assertEquals(header, read.header());
                assertEquals(3, read.chunkCount());
                for (int i = 0; i < 3; i++) {
                    assertArrayEquals(chunks.get(i), read.chunk(i).orElseThrow());
                }
            }
        }
    }

    /** Where each chunk ends, its checksum included. */
    private static int[] ends(byte[] file, TsrLayout layout, List<byte[]> chunks) {
        int[] ends = new int[chunks.size()];
        int end = file.length;
        for (int i = chunks.size() - 1; i >= 0; i--) {
            ends[i] = end;
            end -= chunks.get(i).length + layout.checksumBytes();
        }
        return ends;
    }
}
