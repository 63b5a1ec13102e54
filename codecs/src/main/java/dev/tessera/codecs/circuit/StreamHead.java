package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;

/**
 * Head fields, then a CRC-32 of head and payload (4 bytes, big-endian), then the payload: a cursor over such a stream.
 */
final class StreamHead {
    private final byte[] stream;
    private int position;

    StreamHead(byte[] stream) {
        this.stream = stream;
    }

    static void putVarint(ByteArrayOutputStream out, int value) {
        for (; value > 127; value >>>= 7) {
            out.write(value & 127 | 128);
        }
        out.write(value);
    }

    static byte[] join(byte[] head, byte[] payload) {
        CRC32 crc = new CRC32();
        crc.update(head);
        crc.update(payload);
        ByteArrayOutputStream out = new ByteArrayOutputStream(head.length + 4 + payload.length);
        out.writeBytes(head);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write((int) (crc.getValue() >>> shift));
        }
        out.writeBytes(payload);
        return out.toByteArray();
    }

    int position() {
        return position;
    }

    int next(String name, int least, int most) throws CorruptBitstreamException {
        if (position == stream.length) {
            throw new CorruptBitstreamException(position, "ends before " + name);
        }
        int value = stream[position] & 0xFF;
        check(name, value, least, most);
        position++;
        return value;
    }

    long varint(String name, long least, long most) throws CorruptBitstreamException {
        int start = position;
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int group = next(name, 0, 255);
            value |= (long) (group & 127) << shift;
            if (group < 128) {
                if (value < least || value > most) {
                    throw new CorruptBitstreamException(
                            start, name + " is " + value + ", must be in [" + least + ", " + most + "]");
                }
                return value;
            }
        }
        throw new CorruptBitstreamException(start, name + " is longer than 5 bytes");
    }

    /** Checks the CRC after the head fields and returns where the payload starts. */
    int checkedPayload() throws CorruptBitstreamException {
        if (stream.length - position < 4) {
            throw new CorruptBitstreamException(position, "ends inside the CRC");
        }
        CRC32 crc = new CRC32();
        crc.update(stream, 0, position);
        crc.update(stream, position + 4, stream.length - position - 4);
        long stored = 0;
        for (int i = 0; i < 4; i++) {
            stored = stored << 8 | stream[position + i] & 0xFF;
        }
        if (stored != crc.getValue()) {
            throw new CorruptBitstreamException(
                    position, String.format("CRC is %08x, must be %08x", stored, crc.getValue()));
        }
        return position + 4;
    }

    private void check(String name, int value, int least, int most) throws CorruptBitstreamException {
        if (value < least || value > most) {
            throw new CorruptBitstreamException(
                    position, name + " is " + value + ", must be in [" + least + ", " + most + "]");
        }
    }
}
