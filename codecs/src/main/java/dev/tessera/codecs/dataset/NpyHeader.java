package dev.tessera.codecs.dataset;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.UnsupportedVersionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The front of a {@code .npy} file: magic, version, and a Python dictionary with type, order and shape.
 *
 * @param type element type
 * @param order byte order of the elements
 * @param shape extents, row-major
 * @param dataOffset where the elements start
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NpyHeader(NpyType type, ByteOrder order, long[] shape, int dataOffset) {
    /** Longest dictionary; numpy itself writes a few hundred bytes at most and refuses to read above 10,000. */
    static final int MAX_DICTIONARY_BYTES = 65_535;

    /** Bytes to look at before the length of the dictionary is known. */
    static final int PREFIX_BYTES = 12;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;

    /** Product of the shape; {@link #parse} made sure that it and its bytes fit a long. */
    long elements() {
        long product = 1;
        for (long extent : shape) {
            product *= extent;
        }
        return product;
    }

    /** Version 1.0 with the elements at a multiple of 64 bytes, C order, little-endian: what numpy writes. */
    static byte[] write(NpyType type, long... shape) {
        String extents = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        String byteOrder = type.bytes() == 1 ? "|" : "<";
        String dictionary = "{'descr': '" + byteOrder + type.code() + "', 'fortran_order': False, 'shape': (" + extents
                + (shape.length == 1 ? ",), }" : "), }");
        int prefix = MAGIC.length + 4;
        int total = (prefix + dictionary.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        int length = total - prefix;
        return ByteBuffer.allocate(total)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) length)
                .put((dictionary + " ".repeat(length - dictionary.length() - 1) + "\n")
                        .getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    /** Where the dictionary starts and ends, from the first {@value #PREFIX_BYTES} bytes or what there is of them. */
    static int[] dictionaryRange(byte[] prefix) throws IOException {
        if (prefix.length < PREFIX_BYTES || !Arrays.equals(prefix, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new CorruptBitstreamException(0, "not a .npy file");
        }
        int version = prefix[6];
        if (version < 1 || version > 3) {
            throw new UnsupportedVersionException(version, 1, 3);
        }
        ByteBuffer in = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN);
        int start = version == 1 ? 10 : 12;
        long length = version == 1 ? Short.toUnsignedInt(in.getShort(8)) : Integer.toUnsignedLong(in.getInt(8));
        if (length > MAX_DICTIONARY_BYTES) {
            throw new CorruptBitstreamException(
                    8, "the dictionary has " + length + " bytes, must be at most " + MAX_DICTIONARY_BYTES);
        }
        return new int[] {start, start + (int) length};
    }

    /** The header whose dictionary is {@code text} and ends at {@code dataOffset}. */
    static NpyHeader parse(String text, int dataOffset) throws CorruptBitstreamException {
        NpyDictionary dictionary = NpyDictionary.parse(text);
        String descr = dictionary.descr();
        ByteOrder order = switch (descr.isEmpty() ? ' ' : descr.charAt(0)) {
            case '<', '|', '=' -> ByteOrder.LITTLE_ENDIAN;
            case '>' -> ByteOrder.BIG_ENDIAN;
            default -> throw unreadable(descr);
        };
        NpyType type = NpyType.ofCode(descr.substring(1)).orElseThrow(() -> unreadable(descr));
        long[] shape = dictionary.shape();
        long bytes = type.bytes();
        int largerThanOne = 0;
        for (long extent : shape) {
            if (extent > 0 && bytes > Long.MAX_VALUE / extent) {
                throw new CorruptBitstreamException(0, "the shape " + Arrays.toString(shape) + " is absurd");
            }
            bytes *= extent;
            largerThanOne += extent > 1 ? 1 : 0;
        }
        if (dictionary.fortranOrder() && largerThanOne > 1) {
            throw new CorruptBitstreamException(
                    0, "the array is in Fortran order; save it after numpy.ascontiguousarray");
        }
        return new NpyHeader(type, order, shape, dataOffset);
    }

    private static CorruptBitstreamException unreadable(String descr) {
        return new CorruptBitstreamException(
                0, "the dtype is '" + descr + "', must be an integer or floating-point type of 1 to 8 bytes");
    }
}
