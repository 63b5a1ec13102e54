package dev.tessera.audio;

/** Integers and marks inside of byte arrays; everything past the end reads as "not there". */
final class Bytes {
    private Bytes() {}

    static boolean hasAscii(byte[] bytes, int offset, String text) {
        if (offset < 0 || offset > bytes.length - text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (bytes[offset + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static int u8(byte[] bytes, int offset) {
        return bytes[offset] & 0xFF;
    }

    static int u16(byte[] bytes, int offset) {
        return u8(bytes, offset) | u8(bytes, offset + 1) << 8;
    }

    /** Little-endian. */
    static long u32(byte[] bytes, int offset) {
        return u16(bytes, offset) | (long) u16(bytes, offset + 2) << 16;
    }

    static int u24BigEndian(byte[] bytes, int offset) {
        return u8(bytes, offset) << 16 | u8(bytes, offset + 1) << 8 | u8(bytes, offset + 2);
    }

    static int i32BigEndian(byte[] bytes, int offset) {
        return u24BigEndian(bytes, offset) << 8 | u8(bytes, offset + 3);
    }
}
