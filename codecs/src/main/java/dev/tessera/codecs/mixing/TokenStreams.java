package dev.tessera.codecs.mixing;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * Whole {@link Tokens} to bytes and back by a {@link TokenStreamModel}.
 *
 * <p>The last two extents of the shape are a grid, those before count grids; one extent is a sequence. Stream: the
 * number of
 * the {@link Method} (u8), a CRC-32C (u32) of that number, the number of stages, the codebook sizes and the shape (i32
 * each) and of the payload, all little-endian, then the payload, the bytes of a {@link RangeEncoder}. The spec and
 * the shape are not
 * in the stream. Method 4 is {@link Method#MIXING} from a {@link MixingPrior}, which is not in the stream either; the checksum
 * covers that of its bytes (u32), behind the shape.
 */
public final class TokenStreams {
    /** No decision is surer than 24 in 65,536, so that a byte holds fewer positions. */
    static final int MAX_POSITIONS_PER_BYTE = 16_000;

    private static final int HEADER_BYTES = 5;
    private static final int WITH_PRIOR = Method.values().length; // as the number of a method

    private TokenStreams() {}

    /** How the tokens are modelled. The ordinal is the number in the stream. */
    public enum Method {
        ORDER_0,
        ORDER_1,
        ORDER_2,
        /** Smallest and slowest. */
        MIXING;

        /** A model in its initial state; see {@link AdaptiveTokenModel} and {@link MixingTokenModel}. */
        public TokenStreamModel model(TokenStreamSpec spec, int height, int width) {
            return this == MIXING
                    ? new MixingTokenModel(spec, height, width)
                    : new AdaptiveTokenModel(spec, ordinal(), height, width);
        }
    }

    /**
     * The bytes of {@code tokens}.
     *
     * @throws IllegalArgumentException when the codebook sizes are not those of the spec, the shape has no extents,
     * or a grid
     *     has more than 2^26 positions
     */
    public static byte[] encode(TokenStreamSpec spec, Method method, Tokens tokens) {
        checkSizes(spec, tokens);
        int[] shape = tokens.shape();
        int positions = positions(shape);
        return encode(
                tokens,
                method.ordinal(),
                0,
                positions == 0 ? null : method.model(spec, height(shape), shape[shape.length - 1]));
    }

    /** The bytes of {@code tokens} by a {@link MixingTokenModel} that starts from {@code prior}; else as above. */
    public static byte[] encode(MixingPrior prior, Tokens tokens) {
        checkSizes(prior.spec(), tokens);
        int[] shape = tokens.shape();
        int positions = positions(shape);
        return encode(
                tokens,
                WITH_PRIOR,
                prior.checksum(),
                positions == 0 ? null : new MixingTokenModel(prior, prior.height(shape), shape[shape.length - 1]));
    }

    private static byte[] encode(Tokens tokens, int method, int seal, TokenStreamModel model) {
        RangeEncoder encoder = new RangeEncoder();
        for (int p = 0; p < tokens.positions(); p++) {
            for (int s = 0; s < tokens.stages(); s++) {
                model.encode(encoder, tokens.index(s, p));
            }
        }
        byte[] payload = encoder.finish(tokens.positions() / MAX_POSITIONS_PER_BYTE);
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) method);
        out.putInt(checksum(method, seal, tokens.codebookSizes(), tokens.shape(), payload, 0));
        out.put(payload);
        return out.array();
    }

    /**
     * The tokens of {@code bytes}; memory is that of the tokens and of the model, whatever the bytes are.
     *
     * @param shape as the encoder's tokens had it
     * @throws CorruptBitstreamException when the bytes are not such a stream of this spec and shape
     */
    public static Tokens decode(TokenStreamSpec spec, int[] shape, byte[] bytes) throws CorruptBitstreamException {
        int method = method(bytes);
        if (method >= WITH_PRIOR) {
            throw new CorruptBitstreamException(
                    0, "method is " + method + ", must be in [0, " + (WITH_PRIOR - 1) + "] without a prior");
        }
        return decode(
                spec,
                shape,
                bytes,
                0,
                () -> Method.values()[method].model(spec, height(shape), shape[shape.length - 1]));
    }

    /** The tokens of bytes that were made with {@code prior}; else as above. */
    public static Tokens decode(MixingPrior prior, int[] shape, byte[] bytes) throws CorruptBitstreamException {
        int method = method(bytes);
        if (method != WITH_PRIOR) {
            throw new CorruptBitstreamException(0, "method is " + method + ", must be " + WITH_PRIOR + " with a prior");
        }
        return decode(
                prior.spec(),
                shape,
                bytes,
                prior.checksum(),
                () -> new MixingTokenModel(prior, prior.height(shape), shape[shape.length - 1]));
    }

    private static Tokens decode(
            TokenStreamSpec spec, int[] shape, byte[] bytes, int seal, Supplier<TokenStreamModel> start)
            throws CorruptBitstreamException {
        int positions = positions(shape);
        int[] sizes = spec.codebookSizes();
        if ((long) positions * sizes.length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "there are " + positions + " x " + sizes.length + " tokens, must be below 2^31 - 8");
        }
        int stored = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(1);
        int actual = checksum(bytes[0], seal, sizes, shape, bytes, HEADER_BYTES);
        if (stored != actual) {
            throw new CorruptBitstreamException(
                    1,
                    "checksum is " + Integer.toHexString(actual) + ", the stream says " + Integer.toHexString(stored));
        }
        int[] indices = new int[positions * sizes.length];
        if (positions > 0) {
            TokenStreamModel model = start.get();
            RangeDecoder decoder = new RangeDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
            for (int p = 0; p < positions; p++) {
                for (int s = 0; s < sizes.length; s++) {
                    indices[s * positions + p] = model.decode(decoder);
                }
            }
        }
        return Tokens.of(shape, sizes, indices);
    }

    private static int method(byte[] bytes) throws CorruptBitstreamException {
        if (bytes.length < HEADER_BYTES) {
            throw new CorruptBitstreamException(
                    bytes.length, "stream has " + bytes.length + " bytes, must have at least " + HEADER_BYTES);
        }
        return bytes[0] & 0xFF;
    }

    static void checkSizes(TokenStreamSpec spec, Tokens tokens) {
        int[] sizes = spec.codebookSizes();
        if (!Arrays.equals(sizes, tokens.codebookSizes())) {
            throw new IllegalArgumentException("codebook sizes are " + Arrays.toString(tokens.codebookSizes())
                    + ", must be " + Arrays.toString(sizes));
        }
    }

    private static int height(int[] shape) {
        return shape.length < 2 ? 1 : shape[shape.length - 2];
    }

    private static int positions(int[] shape) {
        if (shape.length == 0) {
            throw new IllegalArgumentException("shape has no extents, must have at least 1");
        }
        long positions = 1;
        for (int extent : shape) {
            if (extent < 0) {
                throw new IllegalArgumentException("extent is " + extent + ", must be at least 0");
            }
            positions = Math.min(positions * extent, 1L << 31);
        }
        if (positions > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "shape is " + Arrays.toString(shape) + ", must have below 2^31 positions");
        }
        return (int) positions;
    }

    private static int checksum(int method, int seal, int[] sizes, int[] shape, byte[] bytes, int from) {
        ByteBuffer head =
                ByteBuffer.allocate(4 * (2 + sizes.length + shape.length)).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(method).putInt(sizes.length);
        for (int k : sizes) {
            head.putInt(k);
        }
        for (int extent : shape) {
            head.putInt(extent);
        }
        CRC32C crc = new CRC32C();
        crc.update(head.array());
        if (method == WITH_PRIOR) {
            crc.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, seal));
        }
        crc.update(bytes, from, bytes.length - from);
        return (int) crc.getValue();
    }
}
