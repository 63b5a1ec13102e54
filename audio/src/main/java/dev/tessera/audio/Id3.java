package dev.tessera.audio;

/** ID3v2 tags at the start of a file, which no decoder here needs to see. */
final class Id3 {
    private static final int HEADER_BYTES = 10;

    private Id3() {}

    /** Where the sound begins: behind all ID3v2 tags, at most the length of the file. */
    static int end(byte[] file) {
        int at = 0;
        while (Bytes.hasAscii(file, at, "ID3") && file.length - at >= HEADER_BYTES) {
            int size = 0;
            for (int i = 6; i < HEADER_BYTES; i++) {
                size = size << 7 | file[at + i] & 0x7F;
            }
            boolean footer = (file[at + 5] & 0x10) != 0;
            at = (int) Math.min(file.length, (long) at + HEADER_BYTES + size + (footer ? HEADER_BYTES : 0));
        }
        return at;
    }
}
