package dev.tessera.codecs.container;

import java.util.Arrays;

/** Appends the fields of a header. */
final class HeaderWriter {
    private byte[] bytes =
            new byte[64]; // without a chunk table the largest header, of a tensor of eight axes, has 50 bytes
    private int length;

    void u8(int value) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) value;
    }

    void u16(int value) {
        u8(value >>> 8);
        u8(value);
    }

    void u24(int value) {
        u8(value >>> 16);
        u8(value >>> 8);
        u8(value);
    }

    void varint(long value) {
        long rest = value;
        while (rest >= 0x80) {
            u8(((int) rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        u8((int) rest);
    }

    int length() {
        return length;
    }

    /** CRC-16 of all that was appended. */
    int crc16() {
        return Crc16.of(bytes, length);
    }

    void copyTo(byte[] target) {
        System.arraycopy(bytes, 0, target, 0, length);
    }
}
