package dev.tessera.codecs.dataset.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/** Writes the rows of a {@link ColumnBuffer} as one column chunk: a dictionary page where it pays, and data pages. */
final class ChunkWriter {
    /** Values after which a data page ends, at the end of a row; about a megabyte of 32-bit values at most. */
    private static final int PAGE_VALUES = 1 << 18;

    private final ColumnBuffer buffer;
    private final OutputStream out;
    private final long fileOffset;
    private long written;
    private int levels;

    private ChunkWriter(ColumnBuffer buffer, OutputStream out, long fileOffset) {
        this.buffer = buffer;
        this.out = out;
        this.fileOffset = fileOffset;
    }

    /** Where a chunk is and what it holds, as the footer says it. */
    record Chunk(
            ColumnSpec spec, List<Integer> encodings, long levels, long bytes, long dictionaryOffset, long dataOffset) {
        void writeMetadata(ThriftWriter footer) {
            String[] path = spec.path();
            footer.structElement()
                    .i64(2, 0) // file_offset is deprecated and must be 0
                    .struct(3)
                    .i32(1, spec.physicalType())
                    .list(2, Thrift.I32, encodings.size());
            encodings.forEach(footer::i32Element);
            footer.list(3, Thrift.BINARY, path.length);
            for (String name : path) {
                footer.textElement(name);
            }
            footer.i32(4, Format.UNCOMPRESSED)
                    .i64(5, levels)
                    .i64(6, bytes)
                    .i64(7, bytes)
                    .i64(9, dataOffset);
            if (dictionaryOffset >= 0) {
                footer.i64(11, dictionaryOffset);
            }
            footer.end().end();
        }
    }

    /** Writes the chunk to {@code out}, which stands at {@code fileOffset}. */
    static Chunk write(ColumnBuffer buffer, OutputStream out, long fileOffset) throws IOException {
        return new ChunkWriter(buffer, out, fileOffset).write();
    }

    private Chunk write() throws IOException {
        boolean text = buffer.spec().kind() == ColumnSpec.Kind.TEXT;
        long[] integers = text ? new long[0] : buffer.integers();
        Optional<Dictionary> dictionary = Dictionary.of(integers, integerBytes());
        if (dictionary.isPresent()) {
            long[] values = dictionary.get().values();
            writeDictionaryPage(plain(values, 0, values.length), values.length);
        }
        long dataOffset = fileOffset + written;
        int row = 0;
        int value = 0;
        while (row < buffer.rows()) {
            int endRow = row;
            int endValue = value;
            while (endRow < buffer.rows() && endValue - value < PAGE_VALUES && endRow - row < PAGE_VALUES) {
                endValue += buffer.rowSize(endRow++);
            }
            byte[] body = text
                    ? plainTexts(value, endValue)
                    : dictionary.isPresent()
                            ? indices(dictionary.get(), value, endValue)
                            : plain(integers, value, endValue);
            writeDataPage(row, endRow, body, dictionary.isPresent());
            row = endRow;
            value = endValue;
        }
        List<Integer> encodings = new ArrayList<>(List.of(Format.PLAIN, Format.RLE));
        dictionary.ifPresent(_ -> encodings.add(Format.RLE_DICTIONARY));
        return new Chunk(
                buffer.spec(), encodings, levels, written, dictionary.isPresent() ? fileOffset : -1, dataOffset);
    }

    private void writeDictionaryPage(byte[] body, int values) throws IOException {
        ThriftWriter header = pageHeader(Format.DICTIONARY_PAGE, body)
                .struct(7)
                .i32(1, values)
                .i32(2, Format.PLAIN)
                .bool(3, true) // sorted
                .end();
        writePage(header, body);
    }

    private void writeDataPage(int fromRow, int toRow, byte[] values, boolean dictionary) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int pageLevels = writeLevels(body, fromRow, toRow);
        body.writeBytes(values);
        byte[] bytes = body.toByteArray();
        ThriftWriter header = pageHeader(Format.DATA_PAGE, bytes)
                .struct(5)
                .i32(1, pageLevels)
                .i32(2, dictionary ? Format.RLE_DICTIONARY : Format.PLAIN)
                .i32(3, Format.RLE)
                .i32(4, Format.RLE)
                .end();
        writePage(header, bytes);
        levels += pageLevels;
    }

    /** Writes repetition and definition levels as far as the column has them; returns how many there are of each. */
    private int writeLevels(ByteArrayOutputStream body, int fromRow, int toRow) {
        ColumnSpec spec = buffer.spec();
        int count = 0;
        for (int row = fromRow; row < toRow; row++) {
            count += Math.max(1, buffer.rowSize(row)); // an empty row has a level too
        }
        if (!spec.isList() && !spec.optional()) {
            return count;
        }
        int[] repetition = new int[count];
        int[] definition = new int[count];
        int at = 0;
        for (int row = fromRow; row < toRow; row++) {
            int size = buffer.rowSize(row);
            for (int i = 0; i < Math.max(1, size); i++) {
                repetition[at] = i == 0 ? 0 : 1;
                definition[at++] = size == 0 ? 0 : 1;
            }
        }
        if (spec.isList()) {
            writeLevels(body, repetition);
        }
        writeLevels(body, definition);
        return count;
    }

    private static void writeLevels(ByteArrayOutputStream body, int[] levels) {
        byte[] encoded = HybridWriter.encode(levels, 0, levels.length, 1);
        body.writeBytes(littleEndian(4).putInt(encoded.length).array());
        body.writeBytes(encoded);
    }

    private static ThriftWriter pageHeader(int type, byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return new ThriftWriter()
                .i32(1, type)
                .i32(2, body.length)
                .i32(3, body.length)
                .i32(4, (int) crc.getValue());
    }

    private void writePage(ThriftWriter header, byte[] body) throws IOException {
        byte[] headerBytes = header.toByteArray();
        out.write(headerBytes);
        out.write(body);
        written += headerBytes.length + body.length;
    }

    private static byte[] indices(Dictionary dictionary, int from, int to) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(dictionary.bitWidth());
        body.writeBytes(HybridWriter.encode(dictionary.indices(), from, to, dictionary.bitWidth()));
        return body.toByteArray();
    }

    private byte[] plain(long[] values, int from, int to) {
        ByteBuffer body = ByteBuffer.allocate((to - from) * integerBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = from; i < to; i++) {
            if (integerBytes() == Integer.BYTES) {
                body.putInt((int) values[i]);
            } else {
                body.putLong(values[i]);
            }
        }
        return body.array();
    }

    private byte[] plainTexts(int from, int to) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] text : buffer.texts().subList(from, to)) {
            body.writeBytes(littleEndian(4).putInt(text.length).array());
            body.writeBytes(text);
        }
        return body.toByteArray();
    }

    private int integerBytes() {
        return buffer.spec().physicalType() == Format.INT64 ? Long.BYTES : Integer.BYTES;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
