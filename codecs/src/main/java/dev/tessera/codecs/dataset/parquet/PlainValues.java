package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Values back to back as PLAIN encoding has them: a dictionary, or the values of a page. */
final class PlainValues {
    private final Column column;
    private final ByteBuffer bytes;
    private final int count;
    private final int[] textOffsets; // where each string's length stands; empty for integers
    private final long fileOffset;

    /**
     * Values that start at {@code page[from]}.
     *
     * @param count how many are needed; the page must hold them
     * @param fileOffset where the page stands
     */
    PlainValues(Column column, byte[] page, int from, int count, long fileOffset) throws CorruptBitstreamException {
        this.column = column;
        this.bytes = ByteBuffer.wrap(page, from, page.length - from).slice().order(ByteOrder.LITTLE_ENDIAN);
        this.count = count;
        this.fileOffset = fileOffset;
        if ((long) count * minBytes() > bytes.limit()) {
            throw cutShort();
        }
        this.textOffsets = column.isText() ? textOffsets() : new int[0];
    }

    int count() {
        return count;
    }

    long integer(int index) {
        if (column.physicalType() == Format.INT64) {
            return bytes.getLong(8 * index);
        }
        int value = bytes.getInt(4 * index);
        return column.unsigned() ? Integer.toUnsignedLong(value) : value;
    }

    String text(int index) {
        int at = textOffsets[index];
        return StandardCharsets.UTF_8
                .decode(bytes.slice(at + 4, bytes.getInt(at)))
                .toString();
    }

    private int minBytes() {
        return column.physicalType() == Format.INT64 ? 8 : 4; // a string has at least its length
    }

    private int[] textOffsets() throws CorruptBitstreamException {
        int[] offsets = new int[count];
        int at = 0;
        for (int i = 0; i < count; i++) {
            offsets[i] = at;
            if (bytes.limit() - at < 4) {
                throw cutShort();
            }
            int length = bytes.getInt(at);
            if (length < 0 || length > bytes.limit() - at - 4) {
                throw cutShort();
            }
            at += 4 + length;
        }
        return offsets;
    }

    private CorruptBitstreamException cutShort() {
        return new CorruptBitstreamException(fileOffset, "a page has fewer values than it says");
    }
}
