package dev.tessera.codecs.container;

/** Appends the fields of a header. */
final class HeaderWriter {
    private final byte[] bytes = new byte[64]; // the largest header, of a tensor of eight axes, has 50 bytes
    private int length;

    void u8(int value) {
        bytes[length++] = (byte) value;
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

    void copyTo(byte[] target) {
        System.arraycopy(bytes, 0, target, 0, length);
    }
}
