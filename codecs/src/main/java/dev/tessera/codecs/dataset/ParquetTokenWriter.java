package dev.tessera.codecs.dataset;

import dev.tessera.codecs.dataset.parquet.ColumnSpec;
import dev.tessera.codecs.dataset.parquet.ColumnSpec.Kind;
import dev.tessera.codecs.dataset.parquet.ParquetWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes one Parquet file of a token data set: a row for every {@link TokenRecord}, with the columns {@code key},
 * {@code tokens}, {@code shape} and, when asked for, {@code label}, {@code num_samples}, {@code sample_rate}, {@code width},
 * {@code height} (docs/formats/token-files.md). Hugging Face {@code datasets}, pandas and their likes read it as it is.
 *
 * <p>The file appears under its name with {@link #commit()}; without it, {@link #close()} leaves nothing behind.
 */
public final class ParquetTokenWriter implements Closeable {
    /** Key of the metadata that {@link Builder#facts} sets. */
    public static final String FACTS_KEY = "tessera";

    private static final String FEATURES_KEY = "huggingface";
    private static final int UINT16_CODEBOOK = 1 << 16;

    private final AtomicFile file;
    private final ParquetWriter writer;
    private final boolean labels;
    private final boolean sound;
    private final boolean pictures;

    private ParquetTokenWriter(Builder builder) throws IOException {
        this.labels = builder.labels;
        this.sound = builder.sound;
        this.pictures = builder.pictures;
        this.file = AtomicFile.create(builder.target);
        try {
            this.writer =
                    new ParquetWriter(file.stream(), builder.columns(), builder.metadata(), builder.rowGroupValues);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Starts to describe a file at {@code target}, whose folder must exist. */
    public static Builder builder(Path target) {
        return new Builder(target);
    }

    /**
     * Appends a row.
     *
     * @throws IllegalArgumentException when a token does not fit the codebook size, or facts about the original are
     *     asked for and missing
     */
    public void write(TokenRecord row) throws IOException {
        if (sound && (row.numSamples().isEmpty() || row.sampleRate().isEmpty())) {
            throw new IllegalArgumentException("record " + row.key() + " has no number of samples and sample rate");
        }
        if (pictures && (row.width().isEmpty() || row.height().isEmpty())) {
            throw new IllegalArgumentException("record " + row.key() + " has no width and height");
        }
        int column = 0;
        writer.column(column++).addText(row.key());
        writer.column(column++).addList(row.tokens());
        writer.column(column++).addList(row.shape());
        if (labels && row.label().isPresent()) {
            writer.column(column++).addInteger(row.label().getAsLong());
        } else if (labels) {
            writer.column(column++).addNothing();
        }
        if (sound) {
            writer.column(column++).addInteger(row.numSamples().orElseThrow());
            writer.column(column++).addInteger(row.sampleRate().orElseThrow());
        }
        if (pictures) {
            writer.column(column++).addInteger(row.width().orElseThrow());
            writer.column(column).addInteger(row.height().orElseThrow());
        }
        writer.endRow();
    }

    /** Bytes of the file so far, what waits in memory estimated. */
    public long bytes() {
        return writer.bytes();
    }

    /** Writes what is left, syncs the file and gives it its name. */
    public void commit() throws IOException {
        writer.finish();
        file.commit();
    }

    /** Gives up the file unless it was committed. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Collects what a file will hold. */
    public static final class Builder {
        private final Path target;
        private final Map<String, String> metadata = new TreeMap<>();
        private long codebookSize = UINT16_CODEBOOK;
        private boolean labels;
        private boolean sound;
        private boolean pictures;
        private long rowGroupValues = 1L << 22; // 32 MB of memory, some 8 MB of file

        private Builder(Path target) {
            this.target = target;
        }

        /** Tokens are in [0, {@code size}); up to 65,536 they are 16-bit unsigned numbers, else 32-bit. */
        public Builder codebookSize(long size) {
            if (size < 1 || size > 1L << 31) {
                throw new IllegalArgumentException("codebookSize is " + size + ", must be in [1, 2^31]");
            }
            codebookSize = size;
            return this;
        }

        /** Adds the column {@code label}, which may be empty in some rows. */
        public Builder labels() {
            labels = true;
            return this;
        }

        /** Adds the columns {@code num_samples} and {@code sample_rate}. */
        public Builder sound() {
            sound = true;
            return this;
        }

        /** Adds the columns {@code width} and {@code height}. */
        public Builder pictures() {
            pictures = true;
            return this;
        }

        /** What is true for all rows (model, codebook sizes, ...), as JSON. */
        public Builder facts(String json) {
            metadata.put(FACTS_KEY, json);
            return this;
        }

        /** Values after which a row group ends. */
        Builder rowGroupValues(long values) {
            rowGroupValues = values;
            return this;
        }

        /** Opens the file. */
        public ParquetTokenWriter build() throws IOException {
            return new ParquetTokenWriter(this);
        }

        private boolean narrow() {
            return codebookSize <= UINT16_CODEBOOK;
        }

        private List<ColumnSpec> columns() {
            List<ColumnSpec> columns = new ArrayList<>();
            columns.add(ColumnSpec.required("key", Kind.TEXT));
            columns.add(ColumnSpec.required("tokens", narrow() ? Kind.LIST_OF_UINT16 : Kind.LIST_OF_INT32));
            columns.add(ColumnSpec.required("shape", Kind.LIST_OF_INT32));
            if (labels) {
                columns.add(new ColumnSpec("label", Kind.INT64, true));
            }
            if (sound) {
                columns.add(ColumnSpec.required("num_samples", Kind.INT64));
                columns.add(ColumnSpec.required("sample_rate", Kind.INT32));
            }
            if (pictures) {
                columns.add(ColumnSpec.required("width", Kind.INT32));
                columns.add(ColumnSpec.required("height", Kind.INT32));
            }
            return columns;
        }

        private Map<String, String> metadata() {
            Map<String, String> all = new TreeMap<>(metadata);
            all.put(FEATURES_KEY, features());
            return all;
        }

        /** The types of the columns as Hugging Face datasets names them; its older and newer versions both read this. */
        private String features() {
            StringBuilder json = new StringBuilder("{\"info\": {\"features\": {");
            json.append("\"key\": ").append(value("string"));
            json.append(", \"tokens\": ").append(list(narrow() ? "uint16" : "int32"));
            json.append(", \"shape\": ").append(list("int32"));
            if (labels) {
                json.append(", \"label\": ").append(value("int64"));
            }
            if (sound) {
                json.append(", \"num_samples\": ").append(value("int64"));
                json.append(", \"sample_rate\": ").append(value("int32"));
            }
            if (pictures) {
                json.append(", \"width\": ").append(value("int32"));
                json.append(", \"height\": ").append(value("int32"));
            }
            return json.append("}}}").toString();
        }

        private static String value(String dtype) {
            return "{\"dtype\": \"" + dtype + "\", \"_type\": \"Value\"}";
        }

        private static String list(String dtype) {
            return "{\"feature\": " + value(dtype) + ", \"length\": -1, \"_type\": \"Sequence\"}";
        }
    }
}
