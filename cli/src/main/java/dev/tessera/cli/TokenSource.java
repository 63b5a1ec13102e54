package dev.tessera.cli;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.dataset.ParquetTokenReader;
import dev.tessera.codecs.dataset.ParquetTokenWriter;
import dev.tessera.codecs.dataset.TokenRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** The tokens of a data set that {@code tokenize} wrote, item by item in order. */
sealed interface TokenSource extends Closeable {
    /** {@code image}, {@code audio} or {@code features}. */
    String media();

    /** Content hash of the model that made the tokens. */
    String modelSha256();

    /** The items in order; their names are the files that they become, without a suffix. */
    List<Input> items();

    /** The tokens of the next item. */
    Item next() throws IOException;

    /**
     * Tokens and the size of the original, where it is known.
     *
     * @param tokens the tokens
     * @param width of a picture in pixels
     * @param height of a picture in pixels
     * @param frames of a series
     */
    record Item(Tokens tokens, OptionalInt width, OptionalInt height, OptionalInt frames) {}

    /** Opens a folder with {@code index.json} or with {@code data/*.parquet}, an {@code index.json}, or a Parquet file. */
    static TokenSource open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            Path index = path.resolve(TokenIndex.NAME);
            return Files.isRegularFile(index)
                    ? new NpyFolder(TokenIndex.read(index))
                    : ParquetFiles.open(shards(path.resolve(ParquetShards.FOLDER), path));
        }
        return path.toString().endsWith(".parquet")
                ? ParquetFiles.open(List.of(path))
                : new NpyFolder(TokenIndex.read(path));
    }

    private static List<Path> shards(Path folder, Path named) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                List<Path> shards = files.filter(f -> f.getFileName().toString().matches("[^.].*\\.parquet"))
                        .sorted()
                        .toList();
                if (!shards.isEmpty()) {
                    return shards;
                }
            }
        }
        throw new UsageException(
                named + " holds neither " + TokenIndex.NAME + " nor " + ParquetShards.FOLDER + "/*.parquet");
    }

    /** One {@code .npy} file an item, listed in {@code index.json}. */
    final class NpyFolder implements TokenSource {
        private final TokenIndex index;
        private final Iterator<TokenIndex.Item> rest;

        private NpyFolder(TokenIndex index) {
            this.index = index;
            this.rest = index.items().iterator();
        }

        @Override
        public String media() {
            return index.media();
        }

        @Override
        public String modelSha256() {
            return index.modelSha256();
        }

        @Override
        public List<Input> items() {
            return index.items().stream()
                    .map(item -> Input.ofFile(index.folder().resolve(item.file()), Path.of(item.file())))
                    .toList();
        }

        @Override
        public Item next() throws IOException {
            TokenIndex.Item item = rest.next();
            return new Item(
                    index.tokens(item), extent(item, "width"), extent(item, "height"), extent(item, "num_frames"));
        }

        private static OptionalInt extent(TokenIndex.Item item, String name) {
            return item.fields().get(name) instanceof Integer extent ? OptionalInt.of(extent) : OptionalInt.empty();
        }

        @Override
        public void close() {}
    }

    /** Rows of Parquet files of one data set. */
    final class ParquetFiles implements TokenSource {
        private final String media;
        private final String modelSha256;
        private final int[] codebookSizes;
        private final List<Input> items;
        private final Iterator<Path> files;
        private ParquetTokenReader open;

        private ParquetFiles(
                String media, String modelSha256, int[] codebookSizes, List<Path> files, List<Input> items) {
            this.media = media;
            this.modelSha256 = modelSha256;
            this.codebookSizes = codebookSizes;
            this.files = files.iterator();
            this.items = items;
        }

        static ParquetFiles open(List<Path> files) throws IOException {
            Map<String, Object> facts = null;
            List<Input> items = new ArrayList<>();
            for (Path file : files) {
                try (ParquetTokenReader reader = ParquetTokenReader.open(file)) {
                    Map<String, Object> found = TokenFacts.parse(
                                    Optional.ofNullable(reader.metadata().get(ParquetTokenWriter.FACTS_KEY)))
                            .orElseThrow(() -> new IOException(file + " does not say which model made its tokens"));
                    if (facts != null && !facts.equals(found)) {
                        throw new IOException(file + " was made with another model than the files before it");
                    }
                    facts = found;
                    for (Optional<TokenRecord> row = reader.next(); row.isPresent(); row = reader.next()) {
                        items.add(Input.ofFile(file, Path.of(fileName(row.get().key()) + ".npy")));
                    }
                } catch (CorruptBitstreamException e) {
                    throw new IOException(file + ": " + e.getMessage(), e);
                }
            }
            if (!(facts.get("media") instanceof String media) || !(facts.get("model_sha256") instanceof String hash)) {
                throw new IOException(files.getFirst() + " does not say media and model_sha256 of its tokens");
            }
            return new ParquetFiles(media, hash, TokenFacts.codebookSizes(facts), files, items);
        }

        /** A key is anybody's text: it must not lead out of the folder. */
        private static String fileName(String key) {
            String name = key.replaceAll("[/\\\\\\p{Cntrl}]", "_");
            return name.isBlank() || name.startsWith(".") ? "_" + name : name;
        }

        @Override
        public String media() {
            return media;
        }

        @Override
        public String modelSha256() {
            return modelSha256;
        }

        @Override
        public List<Input> items() {
            return items;
        }

        @Override
        public Item next() throws IOException {
            while (true) {
                if (open == null) {
                    open = ParquetTokenReader.open(files.next());
                }
                Optional<TokenRecord> row = open.next();
                if (row.isPresent()) {
                    return item(row.get());
                }
                close();
            }
        }

        private Item item(TokenRecord row) throws IOException {
            int[] shape = row.shape();
            boolean staged = shape.length > 1 && (codebookSizes.length > 1 || !media.equals("image"));
            int stages = staged ? shape[0] : 1;
            int[] grid = staged ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
            try {
                if (stages != codebookSizes.length) {
                    throw new IllegalArgumentException(
                            "it has " + stages + " stages, the file says " + codebookSizes.length);
                }
                return new Item(
                        Tokens.of(grid, codebookSizes, row.tokens()), row.width(), row.height(), OptionalInt.empty());
            } catch (IllegalArgumentException e) {
                throw new CorruptBitstreamException(0, "row " + row.key() + ": " + e.getMessage());
            }
        }

        @Override
        public void close() throws IOException {
            if (open != null) {
                open.close();
                open = null;
            }
        }
    }
}
