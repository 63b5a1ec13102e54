package dev.tessera.codecs.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFilesTest {
    @TempDir
    Path folder;

    private final List<String> shapes = new ArrayList<>();

    /** All tokens of a file; the shapes of its pieces go into {@link #shapes}. */
    private int[] read(Path file) throws IOException {
        shapes.clear();
        IntStream.Builder all = IntStream.builder();
        TokenFiles.read(file, ParquetTokenReader.TOKENS, (shape, tokens) -> {
            assertEquals(tokens.length, Arrays.stream(shape).reduce(1, (a, b) -> a * b));
            shapes.add(Arrays.toString(shape));
            Arrays.stream(tokens).forEach(all);
        });
        return all.build().toArray();
    }

    private Path npy(int[] values, long... shape) throws IOException {
        Path path = folder.resolve("t.NPY");
        AtomicFile.write(path, out -> {
            try (NpyWriter writer = new NpyWriter(out, NpyType.I4, shape)) {
                writer.writeInts(values);
            }
        });
        return path;
    }

    @Test
    void npyKeepsItsShape() throws IOException {
        int[] values = IntStream.range(0, 24).toArray();
        assertArrayEquals(values, read(npy(values, 2, 3, 4)));
        assertEquals(List.of("[2, 3, 4]"), shapes);
        assertArrayEquals(new int[] {7}, read(npy(new int[] {7})));
        assertEquals(List.of("[]"), shapes);
        assertEquals(0, read(npy(new int[0], 5, 0)).length);
        assertEquals(List.of(), shapes);
    }

    @Test
    void largeNpyComesInPiecesOfWholeRows() throws IOException {
        int[] values = IntStream.range(0, 3 * 900_000).toArray();
        assertArrayEquals(values, read(npy(values, 900_000, 3)));
        assertEquals(List.of("[349525, 3]", "[349525, 3]", "[200950, 3]"), shapes);
    }

    @Test
    void binHoldsSixteenBitTokens() throws IOException {
        Path path = Files.write(folder.resolve("train.bin"), new byte[] {1, 0, -1, -1, 0, 1});
        assertArrayEquals(new int[] {1, 65535, 256}, read(path));
        Files.write(folder.resolve("train.idx"), new byte[1]);
        assertTrue(assertThrows(CorruptBitstreamException.class, () -> read(path))
                .getMessage()
                .contains("train.idx"));
        Path odd = Files.write(folder.resolve("odd.bin"), new byte[3]);
        assertThrows(CorruptBitstreamException.class, () -> read(odd));
    }

    @Test
    void parquetComesRowByRow() throws IOException {
        Path path = folder.resolve("t.parquet");
        try (ParquetTokenWriter writer =
                ParquetTokenWriter.builder(path).facts("{\"x\":1}").build()) {
            writer.write(TokenRecord.of("a", new int[] {1, 2}, new int[] {4, 5}));
            writer.write(TokenRecord.of("b", new int[] {1}, new int[] {6}));
            writer.commit();
        }
        assertArrayEquals(new int[] {4, 5, 6}, read(path));
        assertEquals(List.of("[1, 2]", "[1]"), shapes);
        assertEquals(Optional.of("{\"x\":1}"), TokenFiles.facts(path));
        assertEquals(Optional.empty(), TokenFiles.facts(npy(new int[1], 1)));
    }

    @Test
    void whatIsNoTokenFileIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("t.txt"), "1 2 3");
        assertThrows(CorruptBitstreamException.class, () -> read(text));
        assertThrows(CorruptBitstreamException.class, () -> read(npy(new int[] {0, -1}, 2)));
        Path floats = folder.resolve("f.npy");
        AtomicFile.write(floats, out -> {
            try (NpyWriter writer = new NpyWriter(out, NpyType.F4, 1)) {
                writer.writeFloats(1);
            }
        });
        assertThrows(CorruptBitstreamException.class, () -> read(floats));
    }
}
