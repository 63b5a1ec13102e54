package dev.tessera.codecs.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
    @TempDir
    Path folder;

    private Path put(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("a.npy"), bytes);
    }

    /** A version 1 file with the dictionary {@code text}, not padded. */
    private Path put(String text, byte[] data) throws IOException {
        byte[] dictionary = text.getBytes(StandardCharsets.US_ASCII);
        return put(ByteBuffer.allocate(10 + dictionary.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) dictionary.length)
                .put(dictionary)
                .put(data)
                .array());
    }

    private static byte[] written(NpyType type, long[] values, long... shape) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (NpyWriter writer = new NpyWriter(out, type, shape)) {
            writer.writeLongs(values);
        }
        return out.toByteArray();
    }

    private static long[] longs(Path path) throws IOException {
        return longs(NpyReader.open(path));
    }

    private static long[] longs(NpyReader opened) throws IOException {
        try (NpyReader reader = opened) {
            long[] values = new long[(int) reader.remaining()];
            assertEquals(values.length, reader.readLongs(values));
            assertEquals(0, reader.remaining());
            return values;
        }
    }

    private static float[] floats(Path path) throws IOException {
        try (NpyReader reader = NpyReader.open(path)) {
            float[] values = new float[(int) reader.remaining()];
            assertEquals(values.length, reader.readFloats(values));
            return values;
        }
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = NpyTest.class.getResourceAsStream("/golden/npy/1/" + name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @CsvSource({"U2,65535,0", "I4,2147483647,-2147483648", "I8,9223372036854775807,-9223372036854775808"})
    void integersComeBack(NpyType type, long max, long min) throws IOException {
        long[] values = {min, 0, 1, 2, max, 7};
        Path path = put(written(type, values, 2, 3));
        assertArrayEquals(values, longs(path));
        try (NpyReader reader = NpyReader.open(path)) {
            assertEquals(type, reader.type());
            assertArrayEquals(new long[] {2, 3}, reader.shape());
        }
        if (type != NpyType.I8) {
            assertThrows(IllegalArgumentException.class, () -> written(type, new long[] {max + 1}, 1));
            assertThrows(IllegalArgumentException.class, () -> written(type, new long[] {min - 1}, 1));
        }
    }

    @Test
    void floatsComeBackInPiecesOfAnySize() throws IOException {
        float[] values = new float[100_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.5f - 3;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (NpyWriter writer = new NpyWriter(out, NpyType.F4, values.length)) {
            writer.writeFloats(values);
        }
        Path path = put(out.toByteArray());
        assertArrayEquals(values, floats(path));
        try (NpyReader reader = NpyReader.open(path)) {
            float[] piece = new float[16_411];
            int read = 0;
            for (int n = reader.readFloats(piece); n > 0; n = reader.readFloats(piece)) {
                assertArrayEquals(Arrays.copyOfRange(values, read, read + n), Arrays.copyOf(piece, n));
                read += n;
            }
            assertEquals(values.length, read);
        }
    }

    @Test
    void goldenFilesAreWrittenAndReadAlike() throws IOException {
        byte[] tokens = golden("tokens-u2.npy");
        assertArrayEquals(tokens, written(NpyType.U2, new long[] {0, 1, 255, 256, 65534, 65535}, 2, 3));
        assertArrayEquals(new long[] {0, 1, 255, 256, 65534, 65535}, longs(put(tokens)));
        byte[] scalar = golden("scalar-i8.npy");
        assertArrayEquals(scalar, written(NpyType.I8, new long[] {-5}));
        assertArrayEquals(new long[] {-5}, longs(put(scalar)));
        assertEquals(0, tokens.length % 4);
    }

    /** Made by numpy: {@code numpy.lib.format.write_array} with versions (2, 0) and (3, 0), big-endian. */
    @Test
    void goldenFilesOfNumpyAreRead() throws IOException {
        assertArrayEquals(new float[] {1, -2.5f, 65504}, floats(put(golden("numpy-v2-f2-big.npy"))));
        assertArrayEquals(new long[] {1, -2, 1L << 40}, longs(put(golden("numpy-v3-i8-big.npy"))));
        assertArrayEquals(new float[] {1, -2, 1L << 40}, floats(put(golden("numpy-v3-i8-big.npy"))));
    }

    @Test
    void readsEveryTypeOfNumpyInBothByteOrders() throws IOException {
        assumeTrue(ExternalTools.hasNumpy(), "numpy is not installed");
        String values = ExternalTools.run("""
                import sys, numpy as np
                for code in 'u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 b1'.split():
                    for order in '<>':
                        name = ('little-' if order == '<' else 'big-') + code
                        a = np.array([[0, 1, 2], [100, 127, 3]]).astype(order + code)
                        np.save(sys.argv[1] + '/' + name + '.npy', a)
                        print(name, *(float(x) for x in a.ravel()))
                """, folder);
        assertEquals(24, values.lines().count());
        for (String line : values.lines().toList()) {
            String[] parts = line.split(" ");
            Path path = folder.resolve(parts[0] + ".npy");
            double[] wanted = Arrays.stream(parts)
                    .skip(1)
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            float[] found = floats(path);
            for (int i = 0; i < wanted.length; i++) {
                assertEquals(wanted[i], found[i], parts[0]);
            }
            if (!parts[0].contains("-f")) {
                assertArrayEquals(Arrays.stream(wanted).mapToLong(w -> (long) w).toArray(), longs(path), parts[0]);
            }
        }
    }

    @Test
    void numpyReadsWhatWeWrite() throws IOException {
        assumeTrue(ExternalTools.hasNumpy(), "numpy is not installed");
        Files.write(folder.resolve("0.npy"), written(NpyType.U2, new long[] {1, 65535, 3, 4, 5, 6}, 2, 3));
        Files.write(folder.resolve("1.npy"), written(NpyType.I4, new long[] {-1, 2}, 2));
        Files.write(folder.resolve("2.npy"), written(NpyType.I8, new long[] {1L << 40}, 1, 1, 1));
        Files.write(folder.resolve("3.npy"), written(NpyType.I8, new long[0], 0, 4));
        Files.write(folder.resolve("4.npy"), written(NpyType.I4, new long[] {9}));
        String script = """
                import sys, numpy as np
                for i in range(5):
                    a = np.load(f'{sys.argv[1]}/{i}.npy', mmap_mode='r' if i < 3 else None)
                    print(a.dtype.str, a.shape, a.flags.c_contiguous, a.ravel().tolist())
                """;
        assertEquals("""
                <u2 (2, 3) True [1, 65535, 3, 4, 5, 6]
                <i4 (2,) True [-1, 2]
                <i8 (1, 1, 1) True [1099511627776]
                <i8 (0, 4) True []
                <i4 () True [9]
                """, ExternalTools.run(script, folder));
    }

    @Test
    void fortranOrderIsRefusedUnlessItIsTheSame() throws IOException {
        byte[] data = new byte[12];
        Path both = put("{'descr': '<i4', 'fortran_order': True, 'shape': (1, 3), }\n", data);
        assertEquals(3, longs(both).length);
        Path fortran = put("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n", data);
        assertTrue(assertThrows(CorruptBitstreamException.class, () -> NpyReader.open(fortran))
                .getMessage()
                .contains("Fortran"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr':'<i4','fortran_order':False,'shape':(3,)}",
                "{ \"shape\" : ( 3L , 1 ) , \"descr\" : \"<i4\", 'fortran_order' : False , }   \n",
            })
    void readsDictionariesOfOtherWriters(String dictionary) throws IOException {
        assertArrayEquals(new long[3], longs(put(dictionary, new byte[12])));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), ",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), } x",
                "{'descr': '<i4', 'fortran_order': False, 'shape': 3}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (-3,)}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (3}",
                "{'descr': '<i4', 'fortran_order': 0, 'shape': (3,)}",
                "{'descr': '<i4', 'fortran_order': False}",
                "{'descr': '<i4', 'descr': '<i4', 'fortran_order': False, 'shape': (3,)}",
                "{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}",
                "{'descr': '|O', 'fortran_order': False, 'shape': (3,)}",
                "{'descr': '', 'fortran_order': False, 'shape': (3,)}",
                "{'descr': '<i16', 'fortran_order': False, 'shape': (3,)}",
                "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (3,)}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (4,)}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (999999999999999999,)}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (999999999999, 999999999999)}",
                "{'descr': '<i4', 'fortran_order': False, 'shape': (0, 999999999999999999, 99)}",
            })
    void malformedHeadersAreRefused(String dictionary) throws IOException {
        Path path = put(dictionary, new byte[12]);
        assertThrows(CorruptBitstreamException.class, () -> NpyReader.open(path));
    }

    @Test
    void otherVersionsAreTold() throws IOException {
        byte[] file = written(NpyType.U2, new long[] {1}, 1);
        file[6] = 4;
        assertThrows(UnsupportedVersionException.class, () -> NpyReader.open(put(file)));
    }

    @Test
    void valuesThatDoNotFitAreRefused() throws IOException {
        Path path =
                put("{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", new byte[] {0, 0, 0, 0, 0, 0, 0, -1});
        assertThrows(CorruptBitstreamException.class, () -> longs(path));
        put(written(NpyType.I8, new long[] {1L << 31}, 1));
        try (NpyReader reader = NpyReader.open(path)) {
            assertThrows(CorruptBitstreamException.class, () -> reader.readInts(new int[1]));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (NpyWriter writer = new NpyWriter(out, NpyType.F4, 1)) {
            writer.writeFloats(1f);
        }
        put(out.toByteArray());
        try (NpyReader reader = NpyReader.open(path)) {
            assertThrows(CorruptBitstreamException.class, () -> reader.readInts(new int[1]));
        }
    }

    @Test
    void writerKeepsToItsShape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NpyWriter writer = new NpyWriter(out, NpyType.U2, 2, 2);
        writer.writeInts(1, 2, 3);
        assertThrows(IllegalArgumentException.class, () -> writer.writeInts(4, 5));
        assertThrows(IllegalArgumentException.class, () -> writer.writeFloats(4));
        assertThrows(IllegalStateException.class, writer::close);
        assertThrows(IllegalArgumentException.class, () -> new NpyWriter(out, NpyType.F8, 1));
        assertThrows(IllegalArgumentException.class, () -> new NpyWriter(out, NpyType.F4, -1));
    }

    @Test
    void indexTypeFollowsTheCodebookSize() {
        assertEquals(NpyType.U2, NpyType.forIndices(65_536));
        assertEquals(NpyType.I4, NpyType.forIndices(65_537));
        assertEquals(NpyType.I4, NpyType.forIndices(1L << 31));
        assertEquals(NpyType.I8, NpyType.forIndices((1L << 31) + 1));
        assertThrows(IllegalArgumentException.class, () -> NpyType.forIndices(0));
    }

    @Test
    void damagedFilesAreReadOrRefusedButNothingElse() throws IOException {
        byte[] file = written(NpyType.U2, LongStream.range(0, 20).toArray(), 4, 5);
        for (int n = 0; n < file.length; n++) {
            MemoryChannel cut = new MemoryChannel(Arrays.copyOf(file, n));
            assertThrows(CorruptBitstreamException.class, () -> NpyReader.open(cut), "cut to " + n);
        }
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] damaged = file.clone();
            if (i < 8 * 128) {
                damaged[i / 8] ^= (byte) (1 << (i % 8));
            } else {
                for (int k = 0; k < 3; k++) {
                    damaged[random.nextInt(70)] = (byte) random.nextInt();
                }
            }
            try {
                longs(NpyReader.open(new MemoryChannel(damaged)));
            } catch (CorruptBitstreamException | UnsupportedVersionException e) {
                refused++;
            }
        }
        assertTrue(refused > 30_000, "refused " + refused);
    }
}
