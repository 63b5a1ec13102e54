package dev.tessera.audio;

import java.util.Arrays;

/** Bits of a FLAC frame, most significant first, with its checksums (RFC 9639, sections 9.1.8 and 9.3). */
final class FlacBits {
    private byte[] bytes = new byte[1 << 14];
    private int length;
    private long pending;
    private int pendingBits;

    /** Appends the low {@code count} bits of {@code value}, 0 to 32. */
    void write(long value, int count) {
        pending = pending << count | value & (1L << count) - 1;
        pendingBits += count;
        while (pendingBits >= 8) {
            pendingBits -= 8;
            put((int) (pending >>> pendingBits));
        }
    }

    /** {@code zeros} zeros and a one. */
    void writeUnary(int zeros) {
        for (int rest = zeros; rest > 0; rest -= 32) {
            write(0, Math.min(32, rest));
        }
        write(1, 1);
    }

    /** The extended UTF-8 form of frame numbers, up to 36 bits. */
    void writeUtf8(long value) {
        if (value < 0x80) {
            write(value, 8);
            return;
        }
        int continuations = 1;
        while (value >>> 6 * continuations + 6 - continuations != 0) {
            continuations++;
        }
        long mark = 0xFF & -1L << 7 - continuations;
        write(mark | value >>> 6 * continuations, 8);
        for (int i = continuations - 1; i >= 0; i--) {
            write(0x80 | value >>> 6 * i & 0x3F, 8);
        }
    }

    /** Appends the CRC-8 of everything so far; at a byte boundary. */
    void writeCrc8() {
        int crc = 0;
        for (int i = 0; i < length; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x80) != 0 ? crc << 1 ^ 0x107 : crc << 1;
            }
        }
        write(crc, 8);
    }

    /** Fills up the last byte with zeros and appends the CRC-16 of everything. */
    void finish() {
        if (pendingBits > 0) {
            write(0, 8 - pendingBits);
        }
        int crc = 0;
        for (int i = 0; i < length; i++) {
            crc ^= (bytes[i] & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x18005 : crc << 1;
            }
        }
        write(crc, 16);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void put(int value) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) value;
    }
}
