package dev.tessera.codecs.dataset.parquet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.dataset.MemoryChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Files made by hand, as no honest writer makes them, or as only other writers do. */
class ColumnReaderTest {
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    ColumnReaderTest() {
        file.writeBytes(Format.MAGIC);
    }

    private static byte[] hex(String bytes) {
        return HexFormat.of().parseHex(bytes.replace(" ", ""));
    }

    private void page(ThriftWriter header, byte[] body) {
        file.writeBytes(header.toByteArray());
        file.writeBytes(body);
    }

    private void dictionaryPage(int values, String body) {
        byte[] bytes = hex(body);
        page(
                new ThriftWriter()
                        .i32(1, Format.DICTIONARY_PAGE)
                        .i32(2, bytes.length)
                        .i32(3, bytes.length)
                        .struct(7)
                        .i32(1, values)
                        .i32(2, Format.PLAIN)
                        .end(),
                bytes);
    }

    private void dataPage(int values, int encoding, String body) {
        byte[] bytes = hex(body);
        page(
                new ThriftWriter()
                        .i32(1, Format.DATA_PAGE)
                        .i32(2, bytes.length)
                        .i32(3, bytes.length)
                        .struct(5)
                        .i32(1, values)
                        .i32(2, encoding)
                        .i32(3, Format.RLE)
                        .i32(4, Format.RLE)
                        .end(),
                bytes);
    }

    /** The only column of the file: integers of 32 bits, in lists of optional values or plain. */
    private ParquetFile finish(boolean list, int codec, long levels, long rows) throws IOException {
        int chunkBytes = file.size() - 4;
        ThriftWriter footer = new ThriftWriter().i32(1, 1).list(2, Thrift.STRUCT, list ? 4 : 2);
        footer.structElement().text(4, "schema").i32(5, 1).end();
        if (list) {
            footer.structElement()
                    .i32(3, Format.OPTIONAL)
                    .text(4, "c")
                    .i32(5, 1)
                    .end();
            footer.structElement()
                    .i32(3, Format.REPEATED)
                    .text(4, "list")
                    .i32(5, 1)
                    .end();
        }
        footer.structElement()
                .i32(1, Format.INT32)
                .i32(3, list ? Format.OPTIONAL : Format.REQUIRED)
                .text(4, "element")
                .end();
        footer.i64(3, rows).list(4, Thrift.STRUCT, 1);
        footer.structElement().list(1, Thrift.STRUCT, 1);
        footer.structElement()
                .struct(3)
                .i32(4, codec)
                .i64(5, levels)
                .i64(7, chunkBytes)
                .i64(9, 4)
                .end()
                .end();
        footer.i64(3, rows).end();
        byte[] bytes = footer.toByteArray();
        file.writeBytes(bytes);
        file.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .array());
        file.writeBytes(Format.MAGIC);
        return ParquetFile.open(new MemoryChannel(file.toByteArray()));
    }

    private static List<String> rows(ParquetFile file) throws IOException {
        ColumnReader reader = file.read(0);
        List<String> rows = new ArrayList<>();
        while (reader.next()) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < reader.size(); i++) {
                row.append(i == 0 ? "" : " ").append(reader.integer(i));
            }
            rows.add(row.toString());
        }
        return rows;
    }

    private static CorruptBitstreamException refused(ParquetFile file) {
        return assertThrows(CorruptBitstreamException.class, () -> rows(file));
    }

    @Test
    void rowsMayGoOnInTheNextPage() throws IOException {
        // repetition 0 1, definition 3 3, values 1 2; then repetition 1 0 and values 3 4
        dataPage(2, Format.PLAIN, "02000000 0302" + "02000000 0403" + "01000000 02000000");
        dataPage(2, Format.PLAIN, "02000000 0301" + "02000000 0403" + "03000000 04000000");
        assertEquals(List.of("1 2 3", "4"), rows(finish(true, Format.UNCOMPRESSED, 4, 2)));
    }

    @Test
    void missingListsAndEmptyListsAreRowsWithoutValues() throws IOException {
        // definition 0 1 3 in two bits: 0b110100
        dataPage(3, Format.PLAIN, "02000000 0600" + "03000000 033400" + "07000000");
        assertEquals(List.of("", "", "7"), rows(finish(true, Format.UNCOMPRESSED, 3, 3)));
    }

    @Test
    void missingValuesInListsAreRefused() throws IOException {
        dataPage(1, Format.PLAIN, "02000000 0200" + "02000000 0202");
        assertTrue(refused(finish(true, Format.UNCOMPRESSED, 1, 1)).getMessage().contains("missing value"));
    }

    @Test
    void chunksMustStartWithARow() throws IOException {
        dataPage(1, Format.PLAIN, "02000000 0201" + "02000000 0203" + "01000000");
        refused(finish(true, Format.UNCOMPRESSED, 1, 1));
    }

    @Test
    void dictionariesAreLookedUp() throws IOException {
        dictionaryPage(2, "0A000000 FFFFFFFF");
        dataPage(3, Format.RLE_DICTIONARY, "01 0302");
        dataPage(2, Format.PLAIN_DICTIONARY, "01 0400");
        assertEquals(List.of("10", "-1", "10", "10", "10"), rows(finish(false, Format.UNCOMPRESSED, 5, 5)));
    }

    @Test
    void indicesOutsideOfTheDictionaryAreRefused() throws IOException {
        dictionaryPage(2, "0A000000 14000000");
        dataPage(1, Format.RLE_DICTIONARY, "02 0202");
        refused(finish(false, Format.UNCOMPRESSED, 1, 1));
    }

    @Test
    void missingDictionariesAreSaid() throws IOException {
        dataPage(1, Format.RLE_DICTIONARY, "01 0201");
        assertTrue(
                refused(finish(false, Format.UNCOMPRESSED, 1, 1)).getMessage().contains("dictionary"));
    }

    @Test
    void dictionariesMustHoldWhatTheySay() throws IOException {
        dictionaryPage(Integer.MAX_VALUE, "0A000000 14000000");
        dataPage(1, Format.RLE_DICTIONARY, "01 0201");
        refused(finish(false, Format.UNCOMPRESSED, 1, 1));
    }

    @Test
    void runsThatClaimBillionsOfValuesAreRefused() throws IOException {
        dictionaryPage(1, "0A000000");
        dataPage(Integer.MAX_VALUE, Format.RLE_DICTIONARY, "00 FEFFFFFF0F");
        assertTrue(refused(finish(false, Format.UNCOMPRESSED, Integer.MAX_VALUE, Integer.MAX_VALUE))
                .getMessage()
                .contains("more values than a file of"));
    }

    @Test
    void pagesMustFitTheirChunk() throws IOException {
        dataPage(2, Format.PLAIN, "01000000 02000000");
        refused(finish(false, Format.UNCOMPRESSED, 1, 1));
    }

    @Test
    void chunksMustHaveTheirPages() throws IOException {
        dataPage(2, Format.PLAIN, "01000000 02000000");
        refused(finish(false, Format.UNCOMPRESSED, 3, 3));
    }

    @Test
    void compressionsThatCannotBeReadAreNamed() throws IOException {
        dataPage(1, Format.PLAIN, "01000000");
        assertTrue(refused(finish(false, 6, 1, 1)).getMessage().contains("ZSTD"));
    }

    @Test
    void gzipIsUndone() throws IOException {
        byte[] zeros = new byte[1 << 20];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(zeros);
        }
        byte[] page = out.toByteArray();
        assertArrayEquals(zeros, Compression.decompress(Format.GZIP, page, zeros.length, 0));
        for (int length : new int[] {0, zeros.length - 1, zeros.length + 1, 1032 * page.length + 65, 1 << 27}) {
            assertThrows(CorruptBitstreamException.class, () -> Compression.decompress(Format.GZIP, page, length, 0));
        }
        assertThrows(CorruptBitstreamException.class, () -> Compression.decompress(Format.GZIP, new byte[9], 3, 0));
    }

    @Test
    void otherFilesAreRefused() {
        for (String bytes : List.of(
                "",
                "50415231",
                "50415231 50415231",
                "50415231 00000000 50415231",
                "50415231 FFFFFFFF 50415231",
                "50415231 00 FFFFFF7F 50415231",
                "50415231 00 01000000 50415230",
                "89504e470d0a1a0a0000000d49484452")) {
            assertThrows(CorruptBitstreamException.class, () -> ParquetFile.open(new MemoryChannel(hex(bytes))), bytes);
        }
    }

    @Test
    void failedOpeningClosesTheFile() {
        MemoryChannel channel = new MemoryChannel(new byte[20]);
        assertThrows(CorruptBitstreamException.class, () -> ParquetFile.open(channel));
        assertFalse(channel.isOpen());
    }
}
