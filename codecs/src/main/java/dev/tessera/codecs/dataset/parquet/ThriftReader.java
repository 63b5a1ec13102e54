package dev.tessera.codecs.dataset.parquet;

import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads structures in the Thrift compact protocol.
 *
 * <pre>{@code
 * in.enter();
 * for (int id = in.next(); id != Thrift.STOP; id = in.next()) {
 *     switch (id) {
 *         case 1 -> size = in.i32();
 *         default -> in.skip();
 *     }
 * }
 * }</pre>
 */
final class ThriftReader {
    private static final int MAX_DEPTH = 24;

    private final byte[] bytes;
    private final long fileOffset;
    private final Deque<Integer> outerFields = new ArrayDeque<>();
    private int position;
    private int field;
    private int type;

    /** Reads from the start of {@code bytes}, which stand at {@code fileOffset} of the file. */
    ThriftReader(byte[] bytes, long fileOffset) {
        this.bytes = bytes;
        this.fileOffset = fileOffset;
    }

    /** Bytes that were read. */
    int position() {
        return position;
    }

    /** Starts a structure: the outermost one, one that {@link #struct()} announced, or an element of a list. */
    void enter() throws CorruptBitstreamException {
        if (outerFields.size() == MAX_DEPTH) {
            throw corrupt("structures are nested too deep");
        }
        outerFields.push(field);
        field = 0;
    }

    /** The number of the next field of the structure; at its end {@link Thrift#STOP}, and the structure is left. */
    int next() throws CorruptBitstreamException {
        int header = u8();
        if (header == Thrift.STOP) {
            field = outerFields.pop();
            return Thrift.STOP;
        }
        type = header & 15;
        int delta = header >>> 4;
        field = delta == 0 ? Math.toIntExact(boundedZigzag(1, Short.MAX_VALUE)) : field + delta;
        return field;
    }

    boolean bool() throws CorruptBitstreamException {
        if (type != Thrift.TRUE && type != Thrift.FALSE) {
            throw wrongType("a boolean");
        }
        return type == Thrift.TRUE;
    }

    int i32() throws CorruptBitstreamException {
        require(Thrift.I32, "a 32-bit integer");
        return i32Element();
    }

    long i64() throws CorruptBitstreamException {
        require(Thrift.I64, "a 64-bit integer");
        return zigzag();
    }

    String text() throws CorruptBitstreamException {
        require(Thrift.BINARY, "a string");
        return textElement();
    }

    /** Announces that this field is a structure; {@link #enter()} it next. */
    void struct() throws CorruptBitstreamException {
        require(Thrift.STRUCT, "a structure");
    }

    /** The number of elements of a list of {@code elementType}; read them next. */
    int list(int elementType) throws CorruptBitstreamException {
        require(Thrift.LIST, "a list");
        int header = u8();
        int size = listSize(header);
        if (size > 0 && (header & 15) != elementType) {
            throw corrupt("a list has elements of type " + (header & 15) + ", must be " + elementType);
        }
        return size;
    }

    int i32Element() throws CorruptBitstreamException {
        return (int) boundedZigzag(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    String textElement() throws CorruptBitstreamException {
        int length = length();
        String text = new String(bytes, position, length, StandardCharsets.UTF_8);
        position += length;
        return text;
    }

    /** Passes over the value of this field. */
    void skip() throws CorruptBitstreamException {
        skip(type, 0);
    }

    private void skip(int skippedType, int depth) throws CorruptBitstreamException {
        if (depth == MAX_DEPTH) {
            throw corrupt("values are nested too deep");
        }
        switch (skippedType) {
            case Thrift.TRUE, Thrift.FALSE -> {
                // the type is the value
            }
            case Thrift.BYTE -> u8();
            case Thrift.I16, Thrift.I32, Thrift.I64 -> varint();
            case Thrift.DOUBLE -> advance(8);
            case Thrift.BINARY -> advance(length());
            case Thrift.LIST, Thrift.SET -> {
                int header = u8();
                skipElements(listSize(header), header & 15, depth);
            }
            case Thrift.MAP -> skipMap(depth);
            case Thrift.STRUCT -> {
                for (int header = u8(); header != Thrift.STOP; header = u8()) {
                    if (header >>> 4 == 0) {
                        varint();
                    }
                    skip(header & 15, depth + 1);
                }
            }
            default -> throw corrupt("the type " + skippedType + " is unknown");
        }
    }

    private void skipMap(int depth) throws CorruptBitstreamException {
        int size = length();
        if (size > 0) {
            int types = u8();
            for (int i = 0; i < size; i++) {
                skipElements(1, types >>> 4, depth);
                skipElements(1, types & 15, depth);
            }
        }
    }

    private void skipElements(int count, int elementType, int depth) throws CorruptBitstreamException {
        boolean bool = elementType == Thrift.TRUE || elementType == Thrift.FALSE;
        for (int i = 0; i < count; i++) {
            // outside of fields a boolean has a byte of its own
            skip(bool ? Thrift.BYTE : elementType, depth + 1);
        }
    }

    private int listSize(int header) throws CorruptBitstreamException {
        return header >>> 4 < 15 ? header >>> 4 : length();
    }

    /** A count or length: what it announces takes at least a byte each, so more than there are bytes cannot be. */
    private int length() throws CorruptBitstreamException {
        long length = varint();
        if (length < 0 || length > bytes.length - position) {
            throw corrupt("a length of " + Long.toUnsignedString(length) + " exceeds the " + (bytes.length - position)
                    + " bytes that are left");
        }
        return (int) length;
    }

    private long boundedZigzag(long min, long max) throws CorruptBitstreamException {
        long value = zigzag();
        if (value < min || value > max) {
            throw corrupt("the number " + value + " is out of range");
        }
        return value;
    }

    private long zigzag() throws CorruptBitstreamException {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    private long varint() throws CorruptBitstreamException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw corrupt("a number has more than 10 bytes");
    }

    private int u8() throws CorruptBitstreamException {
        if (position >= bytes.length) {
            throw corrupt("a structure is cut short");
        }
        return bytes[position++] & 0xFF;
    }

    private void advance(int count) throws CorruptBitstreamException {
        if (count > bytes.length - position) {
            throw corrupt("a structure is cut short");
        }
        position += count;
    }

    private void require(int wanted, String what) throws CorruptBitstreamException {
        if (type != wanted) {
            throw wrongType(what);
        }
    }

    private CorruptBitstreamException wrongType(String what) {
        return corrupt("field " + field + " has the type " + type + ", must be " + what);
    }

    private CorruptBitstreamException corrupt(String what) {
        return new CorruptBitstreamException(fileOffset + position, what);
    }
}
