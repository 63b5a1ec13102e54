package dev.tessera.codecs.dataset;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.dataset.parquet.Column;
import dev.tessera.codecs.dataset.parquet.ColumnReader;
import dev.tessera.codecs.dataset.parquet.ParquetFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads token data sets in Parquet row by row: our own, and those of other writers whose tokens are integers or lists of
 * integers, uncompressed, SNAPPY or GZIP, in PLAIN or dictionary encoding.
 */
public final class ParquetTokenReader implements Closeable {
    /** The column that holds the tokens unless another is named. */
    public static final String TOKENS = "tokens";

    private final ParquetFile file;
    private final ColumnReader tokens;
    private final Optional<ColumnReader> keys;
    private final Optional<ColumnReader> shapes;
    private final Optional<ColumnReader> labels;
    private final Optional<ColumnReader> numSamples;
    private final Optional<ColumnReader> sampleRates;
    private final Optional<ColumnReader> widths;
    private final Optional<ColumnReader> heights;
    private long rowsRead;

    private ParquetTokenReader(ParquetFile file, String tokenColumn) throws IOException {
        this.file = file;
        int index = find(tokenColumn);
        if (index < 0) {
            String names = file.columns().stream().map(Column::name).distinct().collect(Collectors.joining(", "));
            throw new CorruptBitstreamException(0, "there is no column '" + tokenColumn + "', only [" + names + "]");
        }
        if (!file.columns().get(index).isInteger()) {
            throw new CorruptBitstreamException(0, "column '" + tokenColumn + "' does not hold integers");
        }
        this.tokens = file.read(index);
        // The other columns are known by name only in files that have our column of tokens.
        boolean ours = tokenColumn.equals(TOKENS);
        this.keys = ours ? scalar("key", Column::isText) : Optional.empty();
        this.shapes = ours ? list("shape") : Optional.empty();
        this.labels = ours ? scalar("label", Column::isInteger) : Optional.empty();
        this.numSamples = ours ? scalar("num_samples", Column::isInteger) : Optional.empty();
        this.sampleRates = ours ? scalar("sample_rate", Column::isInteger) : Optional.empty();
        this.widths = ours ? scalar("width", Column::isInteger) : Optional.empty();
        this.heights = ours ? scalar("height", Column::isInteger) : Optional.empty();
    }

    /** Opens a file whose tokens stand in the column {@value #TOKENS}. */
    public static ParquetTokenReader open(Path path) throws IOException {
        return open(path, TOKENS);
    }

    /**
     * Opens a file whose tokens stand in the column {@code tokenColumn}.
     *
     * @throws CorruptBitstreamException when this is no Parquet file, is damaged, or has no such column of integers
     */
    public static ParquetTokenReader open(Path path, String tokenColumn) throws IOException {
        return open(FileChannel.open(path, StandardOpenOption.READ), tokenColumn);
    }

    /** Reads {@code channel}, which is closed with the reader. */
    static ParquetTokenReader open(SeekableByteChannel channel, String tokenColumn) throws IOException {
        ParquetFile file = ParquetFile.open(channel);
        try {
            return new ParquetTokenReader(file, tokenColumn);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Number of rows. */
    public long rows() {
        return file.rows();
    }

    /** Key-value metadata of the file; {@link ParquetTokenWriter#FACTS_KEY} is ours. */
    public Map<String, String> metadata() {
        return Map.copyOf(file.metadata());
    }

    /**
     * The next row, or nothing behind the last one. Where the file has no key it is the number of the row; where it has no
     * shape it is the number of tokens.
     *
     * @throws CorruptBitstreamException when the row is damaged or a token is negative or above 2^31 - 1
     */
    public Optional<TokenRecord> next() throws IOException {
        if (!tokens.next()) {
            if (rowsRead != file.rows()) {
                throw new CorruptBitstreamException(
                        0, "column 'tokens' has " + rowsRead + " rows, the file says " + file.rows());
            }
            return Optional.empty();
        }
        String key = keys.isPresent() && advance(keys.get()) ? keys.get().text() : Long.toString(rowsRead);
        int[] values = ints(tokens, "token");
        int[] shape = shape(values.length);
        TokenRecord row;
        try {
            row = TokenRecord.of(key, shape, values);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptBitstreamException(
                    0,
                    "row " + rowsRead + " has the shape " + Arrays.toString(shape) + " but " + values.length
                            + " tokens");
        }
        if (labels.isPresent() && advance(labels.get())) {
            row = row.withLabel(labels.get().integer(0));
        }
        if (numSamples.isPresent() && sampleRates.isPresent()) {
            boolean length = advance(numSamples.get());
            boolean rate = advance(sampleRates.get());
            if (length && rate) {
                row = row.withSound(numSamples.get().integer(0), ints(sampleRates.get(), "sample rate")[0]);
            }
        }
        if (widths.isPresent() && heights.isPresent()) {
            boolean width = advance(widths.get());
            boolean height = advance(heights.get());
            if (width && height) {
                row = row.withPicture(ints(widths.get(), "width")[0], ints(heights.get(), "height")[0]);
            }
        }
        rowsRead++;
        return Optional.of(row);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private int[] shape(int values) throws IOException {
        boolean known = shapes.isPresent() && advance(shapes.get());
        return known ? ints(shapes.get(), "extent") : new int[] {values};
    }

    /** Goes to the next row of a column that must have one; whether that row holds anything. */
    private boolean advance(ColumnReader column) throws IOException {
        if (!column.next()) {
            throw new CorruptBitstreamException(0, "a column ends after " + rowsRead + " of " + file.rows() + " rows");
        }
        return column.size() > 0;
    }

    private int[] ints(ColumnReader column, String what) throws CorruptBitstreamException {
        int[] values = new int[column.size()];
        for (int i = 0; i < values.length; i++) {
            long value = column.integer(i);
            if (value < 0 || value > Integer.MAX_VALUE) {
                throw new CorruptBitstreamException(
                        0, "row " + rowsRead + " has the " + what + " " + value + ", must be in [0, 2^31)");
            }
            values[i] = (int) value;
        }
        return values;
    }

    private Optional<ColumnReader> scalar(String name, Predicate<Column> type) throws IOException {
        int index = find(name);
        if (index < 0) {
            return Optional.empty();
        }
        Column column = file.columns().get(index);
        return !column.isList() && type.test(column) ? Optional.of(file.read(index)) : Optional.empty();
    }

    private Optional<ColumnReader> list(String name) throws IOException {
        int index = find(name);
        if (index < 0) {
            return Optional.empty();
        }
        Column column = file.columns().get(index);
        return column.isList() && column.isInteger() ? Optional.of(file.read(index)) : Optional.empty();
    }

    /** The only column with this name, or -1. */
    private int find(String name) throws CorruptBitstreamException {
        List<Column> columns = file.columns();
        int found = -1;
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                if (found >= 0) {
                    throw new CorruptBitstreamException(0, "column '" + name + "' holds more than one value");
                }
                found = i;
            }
        }
        return found;
    }
}
