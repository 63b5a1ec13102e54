package dev.tessera.codecs.dataset;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.dataset.parquet.ParquetFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Reads anybody's tokens, piece by piece, whatever kind of file holds them. */
public final class TokenFiles {
    private static final int PIECE_TOKENS = 1 << 20;

    private TokenFiles() {}

    /** Takes what {@link #read} finds. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes a piece of a file.
         *
         * @param shape extents of {@code tokens}: for {@code .npy} those of the array with fewer rows, for Parquet those of one
         *     row, for {@code .bin} the number of tokens
         * @param tokens row-major, each at least 0
         */
        void accept(int[] shape, int[] tokens) throws IOException;
    }

    /**
     * Reads {@code file} by its suffix: {@code .npy} (integers), {@code .parquet}, or {@code .bin} (16-bit unsigned numbers,
     * little-endian, without a header, as nanoGPT has them).
     *
     * @param column the column of a Parquet file that holds the tokens
     * @throws CorruptBitstreamException when the file is damaged, has another suffix, or holds something else than tokens
     */
    public static void read(Path file, String column, Sink sink) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            readNpy(file, sink);
        } else if (name.endsWith(".parquet")) {
            readParquet(file, column, sink);
        } else if (name.endsWith(".bin")) {
            readBin(file, sink);
        } else {
            throw new CorruptBitstreamException(0, "the name ends neither in .npy nor in .parquet nor in .bin");
        }
    }

    /**
     * What a file that we wrote says of all its tokens, as JSON: model, codebook sizes (one a stage) and more. Nothing for the
     * files of others and for formats that have no room for it.
     *
     * @see ParquetTokenWriter.Builder#facts
     */
    public static Optional<String> facts(Path file) throws IOException {
        if (!file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".parquet")) {
            return Optional.empty();
        }
        try (ParquetFile parquet = ParquetFile.open(FileChannel.open(file, StandardOpenOption.READ))) {
            return Optional.ofNullable(parquet.metadata().get(ParquetTokenWriter.FACTS_KEY));
        }
    }

    private static void readNpy(Path file, Sink sink) throws IOException {
        try (NpyReader reader = NpyReader.open(file)) {
            long[] shape = reader.shape();
            int[] pieceShape = new int[shape.length];
            long rowTokens = 1;
            for (int i = 1; i < shape.length; i++) {
                rowTokens *= shape[i];
                pieceShape[i] = (int) Math.min(shape[i], Integer.MAX_VALUE);
            }
            if (reader.remaining() > 0 && rowTokens > Integer.MAX_VALUE - 8) {
                throw new CorruptBitstreamException(
                        0, "the shape is " + Arrays.toString(shape) + ", a row must have fewer than 2^31 - 8 tokens");
            }
            while (reader.remaining() > 0) {
                long rows = Math.min(reader.remaining() / rowTokens, Math.max(1, PIECE_TOKENS / rowTokens));
                int[] tokens = new int[(int) (rows * rowTokens)];
                reader.readInts(tokens);
                requireTokens(tokens);
                if (shape.length > 0) {
                    pieceShape[0] = (int) rows;
                }
                sink.accept(pieceShape.clone(), tokens);
            }
        }
    }

    private static void readParquet(Path file, String column, Sink sink) throws IOException {
        try (ParquetTokenReader reader = ParquetTokenReader.open(file, column)) {
            for (Optional<TokenRecord> row = reader.next(); row.isPresent(); row = reader.next()) {
                sink.accept(row.get().shape(), row.get().tokens());
            }
        }
    }

    private static void readBin(Path file, Sink sink) throws IOException {
        Path index = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.[^.]*$", ".idx"));
        if (Files.exists(index)) {
            throw new CorruptBitstreamException(
                    0,
                    "there is an " + index.getFileName()
                            + " beside it, so its tokens have the type that is named there; only 16-bit files without it can be read");
        }
        long bytes = Files.size(file);
        if (bytes % 2 != 0) {
            throw new CorruptBitstreamException(
                    bytes, "the file has " + bytes + " bytes, 16-bit tokens need an even number");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            byte[] piece = new byte[2 * PIECE_TOKENS];
            for (int n = in.readNBytes(piece, 0, piece.length); n > 1; n = in.readNBytes(piece, 0, piece.length)) {
                int[] tokens = new int[n / 2];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = (piece[2 * i] & 0xFF) | ((piece[2 * i + 1] & 0xFF) << 8);
                }
                sink.accept(new int[] {tokens.length}, tokens);
            }
        }
    }

    private static void requireTokens(int[] tokens) throws CorruptBitstreamException {
        for (int token : tokens) {
            if (token < 0) {
                throw new CorruptBitstreamException(0, "a token is " + token + ", must be at least 0");
            }
        }
    }
}
