package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The file metadata: schema, row groups, key-value pairs. */
record Footer(List<Column> columns, long rows, List<RowGroup> rowGroups, Map<String, String> metadata) {

    /** A row group: one chunk of every column, in the order of the columns. */
    record RowGroup(List<Chunk> chunks, long rows) {}

    /**
     * A column chunk.
     *
     * @param codec compression of its pages
     * @param levels values, missing ones and empty lists included
     * @param offset where its first page starts
     * @param bytes length of all pages
     */
    record Chunk(int codec, long levels, long offset, long bytes) {}

    /** Parses {@code bytes}, which stand at {@code fileOffset} of the file. */
    static Footer parse(byte[] bytes, long fileOffset) throws CorruptBitstreamException {
        ThriftReader in = new ThriftReader(bytes, fileOffset);
        List<Column> columns = List.of();
        List<RowGroup> rowGroups = new ArrayList<>();
        Map<String, String> metadata = new TreeMap<>();
        long rows = 0;
        in.enter();
        for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
            switch (id) {
                case 2 -> columns = Schema.parse(in, fileOffset);
                case 3 -> rows = in.i64();
                case 4 -> {
                    for (int n = in.list(Thrift.STRUCT); n > 0; n--) {
                        rowGroups.add(parseRowGroup(in));
                    }
                }
                case 5 -> {
                    for (int n = in.list(Thrift.STRUCT); n > 0; n--) {
                        parseKeyValue(in, metadata);
                    }
                }
                default -> in.skip();
            }
        }
        Footer footer = new Footer(columns, rows, rowGroups, metadata);
        footer.check(fileOffset);
        return footer;
    }

    private void check(long fileOffset) throws CorruptBitstreamException {
        long sum = 0;
        for (RowGroup group : rowGroups) {
            if (group.chunks().size() != columns.size()) {
                throw new CorruptBitstreamException(
                        fileOffset,
                        "a row group has " + group.chunks().size() + " column chunks, the schema has "
                                + columns.size());
            }
            if (group.rows() < 0 || group.rows() > rows - sum) {
                throw new CorruptBitstreamException(fileOffset, "the row groups have more than " + rows + " rows");
            }
            sum += group.rows();
            for (Chunk chunk : group.chunks()) {
                if (chunk.levels() < 0
                        || chunk.offset() < Format.MAGIC.length
                        || chunk.bytes() < 0
                        || chunk.bytes() > fileOffset - chunk.offset()) {
                    throw new CorruptBitstreamException(
                            fileOffset,
                            "a column chunk of " + chunk.bytes() + " bytes at " + chunk.offset()
                                    + " is not within the file");
                }
            }
        }
        if (sum != rows) {
            throw new CorruptBitstreamException(
                    fileOffset, "the row groups have " + sum + " rows, the file says " + rows);
        }
    }

    private static RowGroup parseRowGroup(ThriftReader in) throws CorruptBitstreamException {
        List<Chunk> chunks = new ArrayList<>();
        long rows = 0;
        in.enter();
        for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
            switch (id) {
                case 1 -> {
                    for (int n = in.list(Thrift.STRUCT); n > 0; n--) {
                        chunks.add(parseChunk(in));
                    }
                }
                case 3 -> rows = in.i64();
                default -> in.skip();
            }
        }
        return new RowGroup(chunks, rows);
    }

    private static Chunk parseChunk(ThriftReader in) throws CorruptBitstreamException {
        Chunk chunk = new Chunk(-1, 0, 0, 0);
        in.enter();
        for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
            if (id == 3) {
                in.struct();
                chunk = parseChunkMetadata(in);
            } else {
                in.skip();
            }
        }
        return chunk;
    }

    private static Chunk parseChunkMetadata(ThriftReader in) throws CorruptBitstreamException {
        int codec = -1;
        long levels = 0;
        long bytes = 0;
        long dataOffset = 0;
        long dictionaryOffset = 0;
        in.enter();
        for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
            switch (id) {
                case 4 -> codec = in.i32();
                case 5 -> levels = in.i64();
                case 7 -> bytes = in.i64();
                case 9 -> dataOffset = in.i64();
                case 11 -> dictionaryOffset = in.i64();
                default -> in.skip();
            }
        }
        // Some writers set the dictionary's offset to 0 when there is none.
        boolean dictionaryFirst = dictionaryOffset > 0 && dictionaryOffset < dataOffset;
        return new Chunk(codec, levels, dictionaryFirst ? dictionaryOffset : dataOffset, bytes);
    }

    private static void parseKeyValue(ThriftReader in, Map<String, String> metadata) throws CorruptBitstreamException {
        String key = "";
        String value = "";
        in.enter();
        for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
            switch (id) {
                case 1 -> key = in.text();
                case 2 -> value = in.text();
                default -> in.skip();
            }
        }
        metadata.put(key, value);
    }
}
