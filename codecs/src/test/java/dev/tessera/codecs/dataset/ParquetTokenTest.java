package dev.tessera.codecs.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetTokenTest {
    private static final Path NODE = Path.of("src/test/node");

    @TempDir
    Path folder;

    private static List<TokenRecord> readAll(Path path) throws IOException {
        return readAll(ParquetTokenReader.open(path));
    }

    private static List<TokenRecord> readAll(byte[] file) throws IOException {
        return readAll(ParquetTokenReader.open(new MemoryChannel(file), ParquetTokenReader.TOKENS));
    }

    private static List<TokenRecord> readAll(ParquetTokenReader opened) throws IOException {
        try (ParquetTokenReader reader = opened) {
            List<TokenRecord> rows = new ArrayList<>();
            for (Optional<TokenRecord> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(row.get());
            }
            assertEquals(rows.size(), reader.rows());
            return rows;
        }
    }

    private static Path write(ParquetTokenWriter.Builder builder, Path path, List<TokenRecord> rows)
            throws IOException {
        try (ParquetTokenWriter writer = builder.build()) {
            for (TokenRecord row : rows) {
                writer.write(row);
            }
            writer.commit();
        }
        return path;
    }

    /** Rows of many shapes, empty ones among them, with labels in every second. */
    private static List<TokenRecord> rows(int count, int codebookSize, long seed) {
        Random random = new Random(seed);
        List<TokenRecord> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] shape = {random.nextInt(4), random.nextInt(1, 30)};
            int[] tokens =
                    random.ints((long) shape[0] * shape[1], 0, codebookSize).toArray();
            TokenRecord row = TokenRecord.of("clip-" + i + "-é", shape, tokens).withSound(1000L * i, 24_000);
            rows.add(i % 2 == 0 ? row.withLabel(-i) : row);
        }
        return rows;
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = ParquetTokenTest.class.getResourceAsStream("/golden/parquet/" + name)) {
            return in.readAllBytes();
        }
    }

    private static List<TokenRecord> goldenRows() {
        return List.of(
                TokenRecord.of("a", new int[] {2, 3}, new int[] {0, 1, 2, 1023, 1, 0})
                        .withLabel(7),
                TokenRecord.of("b", new int[] {0, 3}, new int[0]),
                TokenRecord.of("c", new int[] {1, 4}, new int[] {5, 5, 5, 5}).withLabel(-1));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "200,3", "65536,1000000", "65537,50", "2147483647,1000"})
    void rowsComeBack(int codebookSize, long rowGroupValues) throws IOException {
        Path path = folder.resolve("t.parquet");
        List<TokenRecord> rows = rows(120, codebookSize, codebookSize);
        ParquetTokenWriter.Builder builder = ParquetTokenWriter.builder(path)
                .codebookSize(codebookSize)
                .labels()
                .sound()
                .facts("{\"model\":\"m\"}")
                .rowGroupValues(rowGroupValues);
        write(builder, path, rows);
        assertEquals(rows, readAll(path));
        try (ParquetTokenReader reader = ParquetTokenReader.open(path)) {
            assertEquals("{\"model\":\"m\"}", reader.metadata().get(ParquetTokenWriter.FACTS_KEY));
        }
    }

    @Test
    void rowsLongerThanAPageComeBack() throws IOException {
        Path path = folder.resolve("t.parquet");
        List<TokenRecord> rows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int[] tokens = new Random(i).ints(300_000, 0, 1024).toArray();
            rows.add(TokenRecord.of("long" + i, new int[] {tokens.length}, tokens));
        }
        write(ParquetTokenWriter.builder(path), path, rows);
        assertEquals(rows, readAll(path));
    }

    @Test
    void emptyDataSetComesBack() throws IOException {
        Path path = folder.resolve("t.parquet");
        write(ParquetTokenWriter.builder(path), path, List.of());
        assertEquals(List.of(), readAll(path));
    }

    @Test
    void tokensAreStoredNearTheirBits() throws IOException {
        Path path = folder.resolve("t.parquet");
        List<TokenRecord> rows = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            int[] tokens = new Random(i).ints(256, 0, 1 << 14).toArray();
            rows.add(TokenRecord.of("row" + i, new int[] {16, 16}, tokens));
        }
        write(ParquetTokenWriter.builder(path), path, rows);
        double bitsPerToken = 8.0 * Files.size(path) / (2000 * 256);
        assertTrue(bitsPerToken < 15.6, "14-bit tokens take " + bitsPerToken + " bits");
    }

    @Test
    void goldenFileIsWrittenAndReadAlike() throws IOException {
        Path path = folder.resolve("t.parquet");
        write(ParquetTokenWriter.builder(path).labels().facts("{}"), path, goldenRows());
        assertArrayEquals(golden("1/tokens.parquet"), Files.readAllBytes(path));
        assertEquals(goldenRows(), readAll(path));
    }

    /** Files by hyparquet-writer (version 2 pages) and by parquet-wasm, which is Arrow's Rust writer (version 1 pages). */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lists-snappy.parquet",
                "lists-gzip.parquet",
                "lists-pages.parquet",
                "arrow-lists-snappy.parquet",
                "arrow-lists-dictionary.parquet"
            })
    void listsOfOtherWritersAreRead(String name) throws IOException {
        Path path = Files.write(folder.resolve(name), golden("foreign/" + name));
        List<TokenRecord> rows = readAll(path);
        assertEquals(300, rows.size());
        for (int r = 0; r < rows.size(); r++) {
            int row = r;
            assertEquals("row-" + r, rows.get(r).key());
            assertArrayEquals(
                    IntStream.range(0, r % 7)
                            .map(i -> (row * 31 + i * 17) % 1000)
                            .toArray(),
                    rows.get(r).tokens());
        }
    }

    @Test
    void flatColumnsOfOtherWritersAreRead() throws IOException {
        Path path = Files.write(folder.resolve("f.parquet"), golden("foreign/flat-snappy.parquet"));
        for (String column : List.of("index", "wide")) {
            try (ParquetTokenReader reader = ParquetTokenReader.open(path, column)) {
                for (int r = 0; r < 300; r++) {
                    TokenRecord row = reader.next().orElseThrow();
                    assertArrayEquals(new int[] {column.equals("wide") ? r : r * r % 100}, row.tokens());
                    assertEquals(Integer.toString(r), row.key());
                }
                assertTrue(reader.next().isEmpty());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"delta,encoding 5", "real,does not hold integers", "absent,'only [index, wide, delta, real]'"})
    void columnsThatCannotBeReadAreNamed(String column, String reason) throws IOException {
        Path path = Files.write(folder.resolve("f.parquet"), golden("foreign/flat-snappy.parquet"));
        CorruptBitstreamException e = assertThrows(CorruptBitstreamException.class, () -> {
            try (ParquetTokenReader reader = ParquetTokenReader.open(path, column)) {
                reader.next();
            }
        });
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    @Test
    void hyparquetReadsWhatWeWrite() throws IOException {
        assumeTrue(
                Files.isDirectory(NODE.resolve("node_modules/hyparquet"))
                        && ExternalTools.exitCode(List.of("node", "--version")) == 0,
                "hyparquet is not installed: run npm install in codecs/src/test/node");
        Path path = folder.resolve("t.parquet");
        write(ParquetTokenWriter.builder(path).labels().facts("{}"), path, goldenRows());
        String json = ExternalTools.run(List.of("node", NODE.resolve("read.js").toString(), path.toString()));
        assertEquals(
                "{\"rows\":[{\"key\":\"a\",\"tokens\":[0,1,2,1023,1,0],\"shape\":[2,3],\"label\":7},"
                        + "{\"key\":\"b\",\"tokens\":[],\"shape\":[0,3],\"label\":null},"
                        + "{\"key\":\"c\",\"tokens\":[5,5,5,5],\"shape\":[1,4],\"label\":-1}],"
                        + "\"schema\":[\"schema\",\"key BYTE_ARRAY REQUIRED UTF8\",\"tokens REQUIRED LIST\","
                        + "\"list REPEATED\",\"element INT32 REQUIRED UINT_16\",\"shape REQUIRED LIST\","
                        + "\"list REPEATED\",\"element INT32 REQUIRED INT_32\",\"label INT64 OPTIONAL\"]",
                json.substring(0, json.indexOf(",\"keyValues\"")));

        List<TokenRecord> rows = rows(500, 5000, 1);
        write(ParquetTokenWriter.builder(path).labels().sound().rowGroupValues(2000), path, rows);
        String many = ExternalTools.run(List.of("node", NODE.resolve("read.js").toString(), path.toString()));
        StringBuilder expected = new StringBuilder("{\"rows\":[");
        for (TokenRecord row : rows) {
            expected.append(row == rows.getFirst() ? "" : ",")
                    .append("{\"key\":\"")
                    .append(row.key())
                    .append("\",\"tokens\":")
                    .append(Arrays.toString(row.tokens()).replace(" ", ""))
                    .append(",\"shape\":")
                    .append(Arrays.toString(row.shape()).replace(" ", ""));
            expected.append(",\"label\":")
                    .append(row.label().isPresent() ? row.label().getAsLong() : "null");
            expected.append(",\"num_samples\":")
                    .append(row.numSamples().getAsLong())
                    .append(",\"sample_rate\":24000}");
        }
        assertEquals(expected.append("]").toString(), many.substring(0, many.indexOf(",\"schema\"")));
    }

    @Test
    void unfinishedFilesLeaveNothing() throws IOException {
        Path path = folder.resolve("t.parquet");
        try (ParquetTokenWriter writer = ParquetTokenWriter.builder(path).build()) {
            writer.write(goldenRows().getFirst());
        }
        try (var files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void writerRefusesWhatDoesNotFit() throws IOException {
        Path path = folder.resolve("t.parquet");
        TokenRecord row = TokenRecord.of("x", new int[] {1}, new int[] {65_536});
        try (ParquetTokenWriter writer = ParquetTokenWriter.builder(path).build()) {
            assertThrows(IllegalArgumentException.class, () -> writer.write(row));
        }
        try (ParquetTokenWriter writer =
                ParquetTokenWriter.builder(path).sound().build()) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.write(goldenRows().getFirst()));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> ParquetTokenWriter.builder(path).codebookSize(0));
        assertThrows(IllegalArgumentException.class, () -> TokenRecord.of("x", new int[] {2}, new int[] {1}));
        assertThrows(IllegalArgumentException.class, () -> TokenRecord.of("x", new int[] {1}, new int[] {-1}));
    }

    @Test
    void shapesOfTokensFollowTheirStages() {
        assertArrayEquals(
                new int[] {2, 3}, TokenRecord.shapeOf(Tokens.of(new int[] {2, 3}, new int[] {9}, new int[6])));
        assertArrayEquals(
                new int[] {2, 2, 3}, TokenRecord.shapeOf(Tokens.of(new int[] {2, 3}, new int[] {9, 9}, new int[12])));
        assertArrayEquals(new int[] {1, 6}, TokenRecord.shapeOf(Tokens.of(new int[] {6}, new int[] {9}, new int[6])));
        TokenRecord row = TokenRecord.of("k", Tokens.of(new int[] {2}, new int[] {4, 9}, new int[] {1, 3, 8, 7}));
        assertArrayEquals(new int[] {1, 3, 8, 7}, row.tokens());
        assertEquals(OptionalLong.empty(), row.label());
    }

    @Test
    void everyDamagedByteOfAPageFailsItsChecksum() throws IOException {
        byte[] file = golden("1/tokens.parquet");
        int footer = file.length - 8 - (((file[file.length - 7] & 0xFF) << 8) | (file[file.length - 8] & 0xFF));
        int refused = 0;
        for (int at = 0; at < footer; at++) {
            byte[] damaged = file.clone();
            damaged[at] ^= 0x10;
            try {
                assertEquals(goldenRows(), readAll(damaged), "byte " + at);
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(
                refused > 0.8 * footer, "refused " + refused + " of " + footer); // the rest says nothing that is read
    }

    @ParameterizedTest
    @ValueSource(strings = {"1/tokens.parquet", "foreign/lists-gzip.parquet", "foreign/arrow-lists-dictionary.parquet"})
    void truncatedFilesAreRefused(String name) throws IOException {
        byte[] file = golden(name);
        for (int n = 0; n < file.length; n++) {
            byte[] cut = Arrays.copyOf(file, n);
            assertThrows(CorruptBitstreamException.class, () -> readAll(cut), "cut to " + n);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1/tokens.parquet",
                "foreign/lists-snappy.parquet",
                "foreign/lists-gzip.parquet",
                "foreign/lists-pages.parquet",
                "foreign/arrow-lists-snappy.parquet",
                "foreign/arrow-lists-dictionary.parquet"
            })
    void damagedFilesAreReadOrRefusedButNothingElse(String name) throws IOException {
        byte[] file = golden(name);
        Random random = new Random(name.hashCode());
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = file.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                readAll(damaged);
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 50, "refused " + refused);
    }
}
