package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** A data page, read level by level and value by value. */
final class DataPage {
    private final Column column;
    private final HybridReader repetitions;
    private final HybridReader definitions;
    private final PlainValues values;
    private final Optional<HybridReader> indices; // into values, when these are a dictionary
    private final long fileOffset;
    private int levelsLeft;
    private int repetition;
    private boolean present;
    private int nextValue;

    /** The parts of a page after decompression: levels from start to end, then the values. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Parts(byte[] body, int repetitionStart, int repetitionEnd, int definitionStart, int valueStart) {}

    /**
     * Opens a page.
     *
     * @param page its bytes in the file, standing at {@code fileOffset}
     * @param dictionary the dictionary of its chunk
     */
    DataPage(
            Column column, int codec, PageHeader header, byte[] page, Optional<PlainValues> dictionary, long fileOffset)
            throws CorruptBitstreamException {
        this.column = column;
        this.fileOffset = fileOffset;
        this.levelsLeft = header.values();
        Parts parts = header.type() == Format.DATA_PAGE ? partsV1(codec, header, page) : partsV2(codec, header, page);
        byte[] body = parts.body();
        this.repetitions = levels(body, parts.repetitionStart(), parts.repetitionEnd(), column.maxRepetition());
        this.definitions = levels(body, parts.definitionStart(), parts.valueStart(), column.maxDefinition());
        int start = parts.valueStart();
        switch (header.encoding()) {
            case Format.PLAIN -> {
                this.values = new PlainValues(column, body, start, present(parts), fileOffset);
                this.indices = Optional.empty();
            }
            case Format.PLAIN_DICTIONARY, Format.RLE_DICTIONARY -> {
                this.values = dictionary.orElseThrow(() -> corrupt("a page needs a dictionary but there is none"));
                // A page without any value may have no bit width either.
                int width = start < body.length ? body[start] & 0xFF : 0;
                this.indices = Optional.of(
                        new HybridReader(body, Math.min(start + 1, body.length), body.length, width, fileOffset));
            }
            default ->
                throw corrupt("values have the encoding " + header.encoding()
                        + ", only PLAIN and dictionary encodings can be read");
        }
    }

    /** Goes to the next level; false at the end of the page. */
    boolean advance() throws CorruptBitstreamException {
        if (levelsLeft == 0) {
            return false;
        }
        levelsLeft--;
        repetition = column.maxRepetition() == 0 ? 0 : repetitions.next();
        int definition = column.maxDefinition() == 0 ? 0 : definitions.next();
        if (repetition > column.maxRepetition() || definition > column.maxDefinition()) {
            throw corrupt("a level is above the column's");
        }
        present = definition == column.maxDefinition();
        if (column.isList() && column.optionalValues() && definition == column.maxDefinition() - 1) {
            throw corrupt("a list of column " + column.name() + " has a missing value");
        }
        return true;
    }

    /** Whether the current level starts a row. */
    boolean startsRow() {
        return repetition == 0;
    }

    /** Whether the current level has a value. */
    boolean hasValue() {
        return present;
    }

    /** The next value as an integer; once for every level that has one. */
    long integer() throws CorruptBitstreamException {
        return values.integer(index());
    }

    /** The next value as a string; once for every level that has one. */
    String text() throws CorruptBitstreamException {
        return values.text(index());
    }

    private int index() throws CorruptBitstreamException {
        if (indices.isEmpty()) {
            return nextValue++;
        }
        int index = indices.get().next();
        if (index < 0 || index >= values.count()) {
            throw corrupt("an index of " + index + " is not in the dictionary of " + values.count());
        }
        return index;
    }

    /** Values that are there: as many as definition levels say so. */
    private int present(Parts parts) throws CorruptBitstreamException {
        if (column.maxDefinition() == 0) {
            return levelsLeft;
        }
        HybridReader levels = levels(parts.body(), parts.definitionStart(), parts.valueStart(), column.maxDefinition());
        int count = 0;
        for (int i = 0; i < levelsLeft; i++) {
            count += levels.next() == column.maxDefinition() ? 1 : 0;
        }
        return count;
    }

    private HybridReader levels(byte[] body, int from, int to, int max) throws CorruptBitstreamException {
        return new HybridReader(body, from, to, HybridWriter.bitWidth(max), fileOffset);
    }

    private Parts partsV1(int codec, PageHeader header, byte[] page) throws CorruptBitstreamException {
        byte[] body = Compression.decompress(codec, page, header.uncompressedBytes(), fileOffset);
        if (!header.rleLevels() && (column.maxRepetition() > 0 || column.maxDefinition() > 0)) {
            throw corrupt("levels have an encoding that was given up in 2013");
        }
        // Levels that the column has stand with their length in four bytes before them.
        int repetitionEnd = column.maxRepetition() > 0 ? levelsEnd(body, 0) : 0;
        int valueStart = column.maxDefinition() > 0 ? levelsEnd(body, repetitionEnd) : repetitionEnd;
        int repetitionStart = Math.min(4, repetitionEnd);
        int definitionStart = Math.min(repetitionEnd + 4, valueStart);
        return new Parts(body, repetitionStart, repetitionEnd, definitionStart, valueStart);
    }

    /** End of the levels whose length stands at {@code at}. */
    private int levelsEnd(byte[] body, int at) throws CorruptBitstreamException {
        if (body.length - at < 4) {
            throw corrupt("a page is shorter than its levels");
        }
        int length = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        if (length < 0 || length > body.length - at - 4) {
            throw corrupt("a page is shorter than its levels");
        }
        return at + 4 + length;
    }

    /** Version 2: the levels stand uncompressed in front, their lengths in the header. */
    private Parts partsV2(int codec, PageHeader header, byte[] page) throws CorruptBitstreamException {
        int repetitionBytes = header.repetitionBytes();
        int definitionBytes = header.definitionBytes();
        if (repetitionBytes < 0 || definitionBytes < 0 || repetitionBytes > page.length - (long) definitionBytes) {
            throw corrupt("a page is shorter than its levels");
        }
        int levelBytes = repetitionBytes + definitionBytes;
        byte[] body = page;
        int valueBytes = header.uncompressedBytes() - levelBytes;
        if (header.compressed() && codec != Format.UNCOMPRESSED && valueBytes > 0) {
            byte[] compressed = new byte[page.length - levelBytes];
            System.arraycopy(page, levelBytes, compressed, 0, compressed.length);
            byte[] decompressed = Compression.decompress(codec, compressed, valueBytes, fileOffset + levelBytes);
            body = new byte[levelBytes + valueBytes];
            System.arraycopy(page, 0, body, 0, levelBytes);
            System.arraycopy(decompressed, 0, body, levelBytes, valueBytes);
        }
        return new Parts(body, 0, repetitionBytes, repetitionBytes, levelBytes);
    }

    private CorruptBitstreamException corrupt(String what) {
        return new CorruptBitstreamException(fileOffset, what);
    }
}
