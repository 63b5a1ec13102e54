package dev.tessera.codecs.container;

/** CRC-16/GENIBUS: polynomial 0x1021, initial value 0xFFFF, not reflected, result inverted. */
final class Crc16 {
    private static final int POLYNOMIAL = 0x1021;
    private static final char[] TABLE = table();

    private Crc16() {}

    /** The checksum of {@code bytes[0 .. length)}. */
    static int of(byte[] bytes, int length) {
        return update(0xFFFF, bytes, 0, length) ^ 0xFFFF;
    }

    /** The checksum of {@code before} and {@code bytes[from .. from + length)} behind it. */
    static int of(byte[] before, byte[] bytes, int from, int length) {
        return update(update(0xFFFF, before, 0, before.length), bytes, from, length) ^ 0xFFFF;
    }

    private static int update(int start, byte[] bytes, int from, int length) {
        int crc = start;
        for (int i = from; i < from + length; i++) {
            crc = ((crc << 8) & 0xFFFF) ^ TABLE[(crc >>> 8) ^ (bytes[i] & 0xFF)];
        }
        return crc;
    }

    private static char[] table() {
        char[] table = new char[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
            }
            table[i] = (char) crc;
        }
        return table;
    }
}
