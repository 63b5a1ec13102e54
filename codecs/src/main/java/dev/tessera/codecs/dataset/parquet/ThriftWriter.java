package dev.tessera.codecs.dataset.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes one structure in the Thrift compact protocol; fields come in ascending order. */
final class ThriftWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Deque<Integer> outerFields = new ArrayDeque<>();
    private int lastField;

    ThriftWriter bool(int id, boolean value) {
        header(id, value ? Thrift.TRUE : Thrift.FALSE);
        return this;
    }

    ThriftWriter i8(int id, int value) {
        header(id, Thrift.BYTE);
        out.write(value);
        return this;
    }

    ThriftWriter i32(int id, int value) {
        header(id, Thrift.I32);
        zigzag(value);
        return this;
    }

    ThriftWriter i64(int id, long value) {
        header(id, Thrift.I64);
        zigzag(value);
        return this;
    }

    ThriftWriter text(int id, String value) {
        header(id, Thrift.BINARY);
        return textElement(value);
    }

    /** Starts a structure as a field of the one being written. */
    ThriftWriter struct(int id) {
        header(id, Thrift.STRUCT);
        return structElement();
    }

    /** Starts a list; its {@code size} elements come next. */
    ThriftWriter list(int id, int elementType, int size) {
        header(id, Thrift.LIST);
        if (size < 15) {
            out.write((size << 4) | elementType);
        } else {
            out.write(0xF0 | elementType);
            varint(size);
        }
        return this;
    }

    /** Starts a structure as the next element of a list. */
    ThriftWriter structElement() {
        outerFields.push(lastField);
        lastField = 0;
        return this;
    }

    ThriftWriter i32Element(int value) {
        zigzag(value);
        return this;
    }

    ThriftWriter textElement(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        varint(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    /** Ends the structure that was started last. */
    ThriftWriter end() {
        out.write(Thrift.STOP);
        lastField = outerFields.pop();
        return this;
    }

    /** Ends the outermost structure. */
    byte[] toByteArray() {
        if (!outerFields.isEmpty()) {
            throw new IllegalStateException(outerFields.size() + " structures were not ended");
        }
        out.write(Thrift.STOP);
        return out.toByteArray();
    }

    private void header(int id, int type) {
        int delta = id - lastField;
        if (delta < 1 || delta > 15) {
            throw new IllegalStateException("field " + id + " cannot follow field " + lastField);
        }
        out.write((delta << 4) | type);
        lastField = id;
    }

    private void zigzag(long value) {
        varint((value << 1) ^ (value >> 63));
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
