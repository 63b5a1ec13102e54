package dev.tessera.codecs.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damage to every part of sample files, among them the golden ones: one exception of ours, never a file that reads. */
class TsrDamageTest {
    private record Golden(String name, TsrHeader header, byte[] payload) {
        byte[] bytes() throws IOException {
            try (InputStream in = TsrDamageTest.class.getResourceAsStream("/golden/tsr/0/" + name)) {
                return in.readAllBytes();
            }
        }
    }

    private static byte[] payload(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return payload;
    }

    private static List<Golden> golden() {
        ModelHash model = TsrFileTest.MODEL;
        return List.of(
                new Golden("image-512x512.tsr", new TsrHeader(model, new ImageGeometry(512, 512), 5), new byte[] {
                    0x01, 0x23, 0x45, 0x67
                }),
                new Golden("image-1x1-empty.tsr", new TsrHeader(model, new ImageGeometry(1, 1), 0), new byte[0]),
                new Golden(
                        "audio-5s-24khz.tsr",
                        new TsrHeader(model, new AudioGeometry(120_000, 24_000, 1), 0x2A),
                        new byte[] {-1, 0, 0, 0}),
                new Golden(
                        "audio-odd-rate.tsr",
                        new TsrHeader(model, new AudioGeometry(1, 12_345, 16), TsrHeader.MAX_PARAMETERS),
                        new byte[] {0}));
    }

    static Stream<byte[]> files() throws IOException {
        Stream.Builder<byte[]> files = Stream.builder();
        for (Golden golden : golden()) {
            files.add(golden.bytes());
        }
        files.add(TsrFile.write(new TsrHeader(TsrFileTest.MODEL, new ImageGeometry(768, 512), 1), payload(2000)));
        files.add(TsrFile.write(
                new TsrHeader(TsrFileTest.MODEL, new AudioGeometry(240_000, 48_000, 2), 1), new byte[300]));
        return files.build();
    }

    @Test
    void goldenFilesAreWrittenAndReadAlike() throws IOException {
        for (Golden golden : golden()) {
            assertArrayEquals(golden.bytes(), TsrFile.write(golden.header(), golden.payload()), golden.name());
            TsrFile read = TsrFile.read(golden.bytes());
            assertEquals(golden.header(), read.header());
            assertArrayEquals(golden.payload(), read.payload());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyTruncationIsFound(byte[] file) {
        for (int n = 0; n < file.length; n++) {
            byte[] cut = Arrays.copyOf(file, n);
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(cut), "cut to " + n);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFlippedBitIsFound(byte[] file) {
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] damaged = file.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            boolean version = bit >= 8 + 5 && bit < 16;
            Class<? extends IOException> expected =
                    version ? UnsupportedVersionException.class : CorruptBitstreamException.class;
            assertThrows(expected, () -> TsrFile.read(damaged), "bit " + bit);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void bytesBehindTheEndAreFound(byte[] file) {
        for (int value = 0; value < 256; value++) {
            byte[] longer = Arrays.copyOf(file, file.length + 1);
            longer[file.length] = (byte) value;
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(longer), "one byte " + value);
        }
        for (int zeros = 1; zeros < 1000; zeros++) {
            byte[] longer = Arrays.copyOf(file, file.length + zeros);
            assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(longer), zeros + " zeros");
        }
    }

    @Test
    void randomDamageIsFoundOrReadsAsSomethingLegal() throws IOException {
        List<byte[]> files = files().toList();
        Random random = new Random(1);
        int passed = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] file = files.get(i % files.size());
            byte[] damaged =
                    Arrays.copyOf(file, random.nextInt(10) == 0 ? random.nextInt(file.length + 9) : file.length);
            for (int n = random.nextInt(1, 9); n > 0 && damaged.length > 0; n--) {
                damaged[random.nextInt(Math.min(damaged.length, 40))] = (byte) random.nextInt();
            }
            try {
                TsrFile.read(damaged);
                passed += Arrays.equals(damaged, file) ? 0 : 1;
            } catch (CorruptBitstreamException | UnsupportedVersionException e) {
                // found
            }
        }
        assertTrue(passed <= 12, passed + " damaged files passed a checksum that misses 1 in 65,536");
    }

    /** Damaged headers under a correct checksum, as somebody who means harm would make them. */
    @Test
    void forgedHeadersGiveOurExceptionOrAFile() throws IOException {
        List<byte[]> files = files().toList();
        Random random = new Random(2);
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] forged = files.get(i % files.size()).clone();
            for (int n = random.nextInt(1, 9); n > 0; n--) {
                forged[random.nextInt(1, Math.min(forged.length, 20))] = (byte) random.nextInt();
            }
            int end = forged.length - 2;
            int crc = Crc16.of(forged, end);
            forged[end] = (byte) (crc >>> 8);
            forged[end + 1] = (byte) crc;
            try {
                TsrFile.read(forged);
                read++;
            } catch (CorruptBitstreamException | UnsupportedVersionException e) {
                // refused
            }
        }
        assertTrue(read > 1000 && read < 99_000, read + " were read: forging must reach both ends");
    }
}
