package dev.tessera.codecs.container;

import dev.tessera.codecs.CorruptBitstreamException;

/** Takes the fields of a header off the front of a file. */
final class HeaderReader {
    private final byte[] bytes;
    private final int end;
    private int position;

    HeaderReader(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    int position() {
        return position;
    }

    /** Bytes not read yet. */
    int remaining() {
        return end - position;
    }

    int u8() throws CorruptBitstreamException {
        if (position >= end) {
            throw new CorruptBitstreamException(position, "the header is cut short");
        }
        return bytes[position++] & 0xFF;
    }

    int u16() throws CorruptBitstreamException {
        return (u8() << 8) | u8();
    }

    int u24() throws CorruptBitstreamException {
        return (u8() << 16) | (u8() << 8) | u8();
    }

    /** A canonical varint of at most {@code maxBytes} bytes (at most 9). */
    long varint(int maxBytes) throws CorruptBitstreamException {
        int start = position;
        long value = 0;
        for (int i = 0; i < maxBytes; i++) {
            int b = u8();
            value |= (long) (b & 0x7F) << (7 * i);
            if (b < 0x80) {
                if (b == 0 && i > 0) {
                    throw new CorruptBitstreamException(start, "a varint is longer than its value needs");
                }
                return value;
            }
        }
        throw new CorruptBitstreamException(start, "a varint has more than " + maxBytes + " bytes");
    }
}
