package dev.tessera.audio;

/** Walks the pages of an Ogg file (RFC 3533) to see that it is whole. */
final class OggPages {
    private static final int HEADER_BYTES = 27;

    private OggPages() {}

    /**
     * The granule position of the last page, which for Vorbis is the number of samples; -1 when that page ends no packet.
     *
     * @throws UnreadableAudioException when the file does not consist of whole pages
     */
    static long lastGranule(byte[] file) throws UnreadableAudioException {
        int at = 0;
        long granule = -1;
        while (at < file.length) {
            if (!Bytes.hasAscii(file, at, "OggS") || file.length - at < HEADER_BYTES) {
                throw new UnreadableAudioException("cut short or damaged: no page at byte " + at);
            }
            int segments = Bytes.u8(file, at + HEADER_BYTES - 1);
            long end = (long) at + HEADER_BYTES + segments;
            for (int i = 0; i < segments && at + HEADER_BYTES + i < file.length; i++) {
                end += Bytes.u8(file, at + HEADER_BYTES + i);
            }
            if (end > file.length) {
                throw new UnreadableAudioException(
                        "cut short: the page at byte " + at + " ends at byte " + end + ", the file has " + file.length);
            }
            granule = Bytes.u32(file, at + 6) | Bytes.u32(file, at + 10) << 32;
            at = (int) end;
        }
        return granule;
    }
}
