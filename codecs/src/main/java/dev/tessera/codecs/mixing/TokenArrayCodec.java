package dev.tessera.codecs.mixing;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.mixing.TokenStreams.Method;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Arrays of integers to {@code .tsr} files and back, without loss, by {@link TokenStreams}; the format is in
 * docs/formats/tsr.md, "The payload of tokens". An array that holds the indices of several stages may have them on its first
 * or on its last axis: what makes the stream of order 1 smallest is taken.
 */
public final class TokenArrayCodec {
    /** The model of files that were made without a codebook. */
    public static final ModelHash NO_MODEL = new ModelHash(0);

    private static final int AXES = StageAxis.values().length;
    private static final int MIN_TABLE_BITS = 12;

    private TokenArrayCodec() {}

    /** How an array is cut into stages. */
    private record Reading(StageAxis axis, TokenStreamSpec spec, Tokens tokens) {}

    /**
     * The file of an array.
     *
     * @param book the codebook whose indices these are, when it is known
     * @throws IllegalArgumentException when the values do not lie within 65,536 of each other, are no indices of the book,
     *     or no axis has its stages; the message says which
     */
    public static byte[] compress(TokenArray array, Optional<TokenBook> book) {
        TokenGeometry geometry = array.geometry();
        long[] values = array.values();
        long lowest = book.isPresent() ? 0 : Arrays.stream(values).min().orElse(0);
        int[] indices = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] < lowest
                    || Long.compareUnsigned(values[i] - lowest, TokenStreamSpec.MAX_CODEBOOK_SIZE) >= 0) {
                throw new IllegalArgumentException("value is " + values[i] + ", must be in [" + lowest + ", " + lowest
                        + " + " + (TokenStreamSpec.MAX_CODEBOOK_SIZE - 1) + "]");
            }
            indices[i] = (int) (values[i] - lowest);
        }
        Reading best = null;
        int least = Integer.MAX_VALUE;
        for (StageAxis axis : StageAxis.values()) {
            boolean possible = axis.fits(geometry.shape())
                    && (book.isEmpty()
                            || axis.stages(geometry.shape()) == book.get().stages());
            if (possible) {
                int[] sizes = sizes(axis, geometry, indices, book);
                Reading reading = new Reading(
                        axis, spec(sizes, book, indices.length), axis.tokens(geometry.shape(), sizes, indices));
                int bytes = TokenStreams.encode(reading.spec, Method.ORDER_1, reading.tokens).length;
                if (bytes < least) {
                    least = bytes;
                    best = reading;
                }
            }
        }
        if (best == null) {
            throw new IllegalArgumentException(
                    "shape is " + geometry.shape() + ", its first or last extent must be the "
                            + book.orElseThrow().stages() + " stages of the codebook");
        }
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        if (book.isEmpty()) {
            putVarint(payload, lowest << 1 ^ lowest >> 63);
            for (int k : best.spec.codebookSizes()) {
                putVarint(payload, k - 1);
            }
        }
        payload.writeBytes(TokenStreams.encode(best.spec, Method.MIXING, best.tokens));
        int parameters = best.axis.ordinal() + (book.isPresent() ? AXES : 0);
        ModelHash model = book.map(TokenBook::hash).orElse(NO_MODEL);
        return TsrFile.write(new TsrHeader(model, geometry, parameters), payload.toByteArray());
    }

    /** Whether a file with this header needs its codebook. */
    public static boolean needsBook(TsrHeader header) {
        return header.parameters() >= AXES;
    }

    /**
     * The array of a file.
     *
     * @param book that of the encoder, if the file {@link #needsBook needs} it
     * @throws CorruptBitstreamException when the file holds no tokens, is damaged, or was made with another codebook
     */
    public static TokenArray decompress(TsrFile file, Optional<TokenBook> book) throws CorruptBitstreamException {
        int parameters = file.header().parameters();
        if (!(file.header().geometry() instanceof TokenGeometry geometry) || parameters >= 2 * AXES) {
            throw new CorruptBitstreamException(
                    0, "parameters are " + parameters + ", must be below " + 2 * AXES + " for tokens");
        }
        StageAxis axis = StageAxis.values()[parameters % AXES];
        if (!axis.fits(geometry.shape())) {
            throw new CorruptBitstreamException(0, "shape is " + geometry.shape() + ", which has no axis of stages");
        }
        boolean needed = needsBook(file.header());
        if (needed != book.isPresent()
                || needed && !book.get().hash().equals(file.header().model())) {
            throw new CorruptBitstreamException(
                    0,
                    "the tokens were made "
                            + (needed ? "with the codebook " + file.header().model() : "without a codebook")
                            + (book.isPresent() ? ", not with " + book.get().hash() : ""));
        }
        byte[] payload = file.payload();
        PayloadReader in = new PayloadReader(payload);
        int stages = axis.stages(geometry.shape());
        long lowest = 0;
        int[] sizes = new int[stages];
        if (needed) {
            if (book.get().stages() != stages) {
                throw new CorruptBitstreamException(
                        0,
                        "shape is " + geometry.shape() + ", the codebook has "
                                + book.get().stages() + " stages");
            }
            Arrays.setAll(sizes, s -> book.get().codebookSizes().get(s));
        } else {
            long folded = in.varint();
            lowest = folded >>> 1 ^ -(folded & 1);
            for (int s = 0; s < stages; s++) {
                long size = in.varint();
                boolean fits = size >= 0
                        && size < TokenStreamSpec.MAX_CODEBOOK_SIZE
                        && lowest >= geometry.type().least()
                        && lowest <= geometry.type().largest() - size;
                if (!fits) {
                    throw new CorruptBitstreamException(
                            in.position(),
                            "values from " + lowest + " to " + size + " above do not fit " + geometry.type());
                }
                sizes[s] = (int) size + 1;
            }
        }
        int elements = geometry.elements();
        boolean coded = Arrays.stream(sizes).anyMatch(k -> k > 1);
        if (coded && elements / stages > (long) TokenStreams.MAX_POSITIONS_PER_BYTE * (payload.length + 16)) {
            throw new CorruptBitstreamException(0, payload.length + " bytes cannot hold " + elements + " tokens");
        }
        Tokens tokens = decode(spec(sizes, book, elements), axis.positions(geometry.shape()), in.rest());
        long[] values = new long[elements];
        int positions = tokens.positions();
        for (int i = 0; i < elements; i++) {
            values[i] = lowest
                    + switch (axis) {
                        case NONE, FIRST -> tokens.index(i / positions, i % positions);
                        case LAST -> tokens.index(i % stages, i / stages);
                    };
        }
        return TokenArray.of(geometry, values);
    }

    private static Tokens decode(TokenStreamSpec spec, int[] shape, byte[] stream) throws CorruptBitstreamException {
        try {
            return TokenStreams.decode(spec, shape, stream);
        } catch (IllegalArgumentException e) { // a grid larger than any model takes
            throw new CorruptBitstreamException(0, e.getMessage());
        }
    }

    private static int[] sizes(StageAxis axis, TokenGeometry geometry, int[] indices, Optional<TokenBook> book) {
        List<Integer> shape = geometry.shape();
        int[] sizes = new int[axis.stages(shape)];
        Arrays.fill(sizes, 1);
        for (int i = 0; i < indices.length; i++) {
            int s = axis.stageOf(i, shape, indices.length);
            sizes[s] = Math.max(sizes[s], indices[i] + 1);
        }
        if (book.isPresent()) {
            for (int s = 0; s < sizes.length; s++) {
                int size = book.get().codebookSizes().get(s);
                if (sizes[s] > size) {
                    throw new IllegalArgumentException(
                            "index of stage " + s + " is " + (sizes[s] - 1) + ", must be below " + size);
                }
                sizes[s] = size;
            }
        }
        return sizes;
    }

    /** Tables as large as the tokens can fill. */
    private static TokenStreamSpec spec(int[] sizes, Optional<TokenBook> book, int tokens) {
        int bits = 36 - Integer.numberOfLeadingZeros(tokens);
        List<CodeVectors> geometry = book.map(TokenBook::geometry).orElse(List.of());
        return new TokenStreamSpec(
                sizes, geometry, Math.max(MIN_TABLE_BITS, Math.min(TokenStreamSpec.DEFAULT_TABLE_BITS, bits)));
    }

    private static void putVarint(ByteArrayOutputStream out, long value) {
        long rest = value;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            out.write((int) rest & 127 | 128);
        }
        out.write((int) rest);
    }

    /** A cursor over the payload. */
    private static final class PayloadReader {
        private final byte[] bytes;
        private int position;

        PayloadReader(byte[] bytes) {
            this.bytes = bytes;
        }

        int position() {
            return position;
        }

        long varint() throws CorruptBitstreamException {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (position == bytes.length) {
                    throw new CorruptBitstreamException(position, "the payload is cut short");
                }
                int group = bytes[position++];
                value |= (long) (group & 127) << shift;
                if (group >= 0) {
                    return value;
                }
            }
            throw new CorruptBitstreamException(position, "a varint has more than 10 bytes");
        }

        byte[] rest() {
            return Arrays.copyOfRange(bytes, position, bytes.length);
        }
    }
}
