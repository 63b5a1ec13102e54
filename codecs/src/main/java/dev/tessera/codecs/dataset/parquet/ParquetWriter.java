package dev.tessera.codecs.dataset.parquet;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a Parquet file: fill the {@link #column columns} with one row each, call {@link #endRow()}, at the end
 * {@link #finish()}.
 */
public final class ParquetWriter {
    /** Who wrote it, in the form that readers parse. */
    private static final String CREATED_BY = "tessera version 0.1.0 (build 0)";

    private static final int FORMAT_VERSION = 1;

    private final OutputStream out;
    private final List<ColumnBuffer> columns;
    private final Map<String, String> metadata;
    private final long rowGroupValues;
    private final List<RowGroup> rowGroups = new ArrayList<>();
    private long written;
    private int bufferedRows;
    private long bufferedValues;

    private record RowGroup(List<ChunkWriter.Chunk> chunks, int rows) {
        long bytes() {
            return chunks.stream().mapToLong(ChunkWriter.Chunk::bytes).sum();
        }
    }

    /**
     * Starts a file.
     *
     * @param out where to; stays open
     * @param specs the columns in order
     * @param metadata key-value metadata of the file
     * @param rowGroupValues values of all columns after which a row group ends; they are held in memory until then
     */
    public ParquetWriter(OutputStream out, List<ColumnSpec> specs, Map<String, String> metadata, long rowGroupValues)
            throws IOException {
        this.out = out;
        this.columns = specs.stream().map(ColumnBuffer::new).toList();
        this.metadata = new TreeMap<>(metadata);
        this.rowGroupValues = rowGroupValues;
        write(Format.MAGIC);
    }

    /** The column {@code index} of those that were given; add one row to it for every {@link #endRow()}. */
    public ColumnBuffer column(int index) {
        return columns.get(index);
    }

    /** Ends a row. */
    public void endRow() throws IOException {
        bufferedRows++;
        bufferedValues = 0;
        for (ColumnBuffer column : columns) {
            if (column.rows() != bufferedRows) {
                throw new IllegalStateException("column " + column.spec().name() + " has " + column.rows()
                        + " rows, must have " + bufferedRows);
            }
            bufferedValues += column.values();
        }
        if (bufferedValues >= rowGroupValues) {
            endRowGroup();
        }
    }

    /** Bytes of the file so far; rows of the unfinished row group are counted at two bytes a value. */
    public long bytes() {
        return written + 2 * bufferedValues;
    }

    /** Writes what is left and the footer. */
    public void finish() throws IOException {
        if (bufferedRows > 0) {
            endRowGroup();
        }
        byte[] footer = footer();
        write(footer);
        write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .array());
        write(Format.MAGIC);
    }

    private void endRowGroup() throws IOException {
        List<ChunkWriter.Chunk> chunks = new ArrayList<>();
        for (ColumnBuffer column : columns) {
            ChunkWriter.Chunk chunk = ChunkWriter.write(column, out, written);
            written += chunk.bytes();
            chunks.add(chunk);
            column.clear();
        }
        rowGroups.add(new RowGroup(chunks, bufferedRows));
        bufferedRows = 0;
        bufferedValues = 0;
    }

    private byte[] footer() {
        List<ColumnSpec> specs = columns.stream().map(ColumnBuffer::spec).toList();
        ThriftWriter footer = new ThriftWriter();
        footer.i32(1, FORMAT_VERSION);
        footer.list(
                2,
                Thrift.STRUCT,
                1 + specs.stream().mapToInt(ColumnSpec::schemaElements).sum());
        footer.structElement().text(4, "schema").i32(5, specs.size()).end();
        specs.forEach(spec -> spec.writeSchema(footer));
        footer.i64(3, rowGroups.stream().mapToLong(RowGroup::rows).sum());
        footer.list(4, Thrift.STRUCT, rowGroups.size());
        for (RowGroup group : rowGroups) {
            footer.structElement().list(1, Thrift.STRUCT, group.chunks().size());
            group.chunks().forEach(chunk -> chunk.writeMetadata(footer));
            footer.i64(2, group.bytes()).i64(3, group.rows()).end();
        }
        footer.list(5, Thrift.STRUCT, metadata.size());
        metadata.forEach((key, value) ->
                footer.structElement().text(1, key).text(2, value).end());
        footer.text(6, CREATED_BY);
        return footer.toByteArray();
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }
}
