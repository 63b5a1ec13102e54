package dev.tessera.samples.peers;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Protocol buffer fields: a tag of number and wire type, then the value. */
final class ProtocolMessage {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    ProtocolMessage number(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    /** A number of type float. */
    ProtocolMessage real(int field, float value) {
        varint((long) field << 3 | 5);
        int bits = Float.floatToIntBits(value);
        for (int i = 0; i < Integer.BYTES; i++) {
            out.write(bits >>> 8 * i);
        }
        return this;
    }

    ProtocolMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtocolMessage message(int field, ProtocolMessage value) {
        return bytes(field, value.toBytes());
    }

    ProtocolMessage bytes(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private void varint(long value) {
        long rest = value;
        for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
            out.write((int) (rest & 0x7F | 0x80));
        }
        out.write((int) rest);
    }
}
