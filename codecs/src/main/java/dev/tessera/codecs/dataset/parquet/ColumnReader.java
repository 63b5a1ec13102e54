package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/** Reads one column row by row; holds one page, its dictionary and one row in memory. */
public final class ColumnReader {
    private static final int MAX_HEADER_BYTES = 1 << 16;

    private final ParquetFile file;
    private final Column column;
    private final int columnIndex;
    private int rowGroup = -1;
    private long chunkPosition;
    private long chunkEnd;
    private long chunkLevelsLeft;
    private Optional<PlainValues> dictionary = Optional.empty();
    private Optional<DataPage> page = Optional.empty();
    private boolean levelWaits;
    private long levelBudget;
    private long[] integers = new long[16];
    private String text = "";
    private int size;

    ColumnReader(ParquetFile file, int columnIndex) throws CorruptBitstreamException {
        this.file = file;
        this.columnIndex = columnIndex;
        this.column = file.columns().get(columnIndex);
        // Run-length coding lets ten bytes claim 2^31 values. A thousand values a byte and then some is beyond every
        // real
        // file, and keeps the time that hostile files can take in bounds.
        this.levelBudget = (1L << 24) + 1024 * file.length();
        if (!column.isInteger() && (!column.isText() || column.isList())) {
            throw new CorruptBitstreamException(
                    0, "column " + column.name() + " holds neither integers, lists of them nor strings");
        }
    }

    /** Goes to the next row; false behind the last one. */
    public boolean next() throws IOException {
        size = 0;
        if (!levelWaits && !advance()) {
            return false;
        }
        if (!currentPage().startsRow()) {
            throw corrupt("a column chunk starts in the middle of a row");
        }
        int group = rowGroup;
        do {
            take();
            levelWaits = advance();
        } while (levelWaits && rowGroup == group && !currentPage().startsRow());
        return true;
    }

    /** Values in the current row: 1 or 0, or the length of its list. */
    public int size() {
        return size;
    }

    /** Value {@code index} of the current row of a column of integers. */
    public long integer(int index) {
        return integers[index];
    }

    /** The value of the current row of a column of strings. */
    public String text() {
        return text;
    }

    /** Puts the value of the current level, if it has one, into the row. */
    private void take() throws CorruptBitstreamException {
        DataPage current = currentPage();
        if (!current.hasValue()) {
            return;
        }
        if (size == Format.MAX_ROW_VALUES) {
            throw corrupt("a row has more than " + Format.MAX_ROW_VALUES + " values");
        }
        if (column.isText()) {
            text = current.text();
            size = 1;
            return;
        }
        if (size == integers.length) {
            integers = Arrays.copyOf(integers, 2 * size);
        }
        integers[size++] = current.integer();
    }

    /** Goes to the next level, over the ends of pages and chunks; false behind the last one. */
    private boolean advance() throws IOException {
        while (page.isEmpty() || !page.get().advance()) {
            page = Optional.empty();
            while (chunkLevelsLeft == 0) {
                if (++rowGroup >= file.footer().rowGroups().size()) {
                    rowGroup = file.footer().rowGroups().size();
                    return false;
                }
                startChunk();
            }
            readPage();
        }
        return true;
    }

    private void startChunk() throws CorruptBitstreamException {
        Footer.Chunk chunk = chunk();
        chunkPosition = chunk.offset();
        chunkEnd = chunk.offset() + chunk.bytes();
        chunkLevelsLeft = chunk.levels();
        dictionary = Optional.empty();
        if (chunkLevelsLeft > levelBudget) {
            throw corrupt("the column has more values than a file of " + file.length() + " bytes can have");
        }
        levelBudget -= chunkLevelsLeft;
    }

    private void readPage() throws IOException {
        int headerRoom = (int) Math.min(MAX_HEADER_BYTES, chunkEnd - chunkPosition);
        ThriftReader in = new ThriftReader(file.bytes(chunkPosition, headerRoom), chunkPosition);
        PageHeader header = PageHeader.parse(in);
        long start = chunkPosition + in.position();
        if (header.bytes() < 0 || header.bytes() > chunkEnd - start || header.uncompressedBytes() < 0) {
            throw corrupt("a page of " + header.bytes() + " bytes is longer than its chunk");
        }
        if (header.bytes() > Format.MAX_PAGE_BYTES) {
            throw corrupt("a page has " + header.bytes() + " bytes, must be at most " + Format.MAX_PAGE_BYTES);
        }
        chunkPosition = start + header.bytes();
        byte[] bytes = file.bytes(start, header.bytes());
        if (header.crc().isPresent()) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            if ((int) crc.getValue() != header.crc().getAsInt()) {
                throw new CorruptBitstreamException(start, "the checksum of a page does not fit");
            }
        }
        switch (header.type()) {
            case Format.DICTIONARY_PAGE -> dictionary = Optional.of(readDictionary(header, bytes, start));
            case Format.DATA_PAGE, Format.DATA_PAGE_V2 -> {
                if (header.values() < 0 || header.values() > chunkLevelsLeft) {
                    throw corrupt(
                            "a page has " + header.values() + " values, its chunk has " + chunkLevelsLeft + " left");
                }
                chunkLevelsLeft -= header.values();
                page = Optional.of(new DataPage(column, chunk().codec(), header, bytes, dictionary, start));
            }
            default -> {
                // index pages and what may come later hold no values
            }
        }
    }

    private PlainValues readDictionary(PageHeader header, byte[] bytes, long start) throws CorruptBitstreamException {
        if (header.encoding() != Format.PLAIN && header.encoding() != Format.PLAIN_DICTIONARY) {
            throw corrupt("a dictionary has the encoding " + header.encoding());
        }
        if (header.values() < 0) {
            throw corrupt("a dictionary has " + header.values() + " values");
        }
        byte[] body = Compression.decompress(chunk().codec(), bytes, header.uncompressedBytes(), start);
        return new PlainValues(column, body, 0, header.values(), start);
    }

    private Footer.Chunk chunk() {
        return file.footer().rowGroups().get(rowGroup).chunks().get(columnIndex);
    }

    private DataPage currentPage() {
        return page.orElseThrow();
    }

    private CorruptBitstreamException corrupt(String what) {
        return new CorruptBitstreamException(chunkPosition, what);
    }
}
