package dev.tessera.eval.rd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Packets of an Ogg file of one stream (RFC 3533). */
final class OggPackets {
    private static final int HEADER_BYTES = 27;
    private static final int FULL_SEGMENT = 255;

    private OggPackets() {}

    /** Bytes of all packets of an Opus file (RFC 7845) but the first two, which are its header and its tags. */
    static long audioBytes(byte[] file) throws IOException {
        List<Integer> sizes = sizes(file);
        if (sizes.size() < 2) {
            throw new IOException("an Opus file has " + sizes.size() + " packets, must have at least 2");
        }
        return sizes.stream().skip(2).mapToLong(Integer::longValue).sum();
    }

    /** Sizes of all packets in order. */
    static List<Integer> sizes(byte[] file) throws IOException {
        List<Integer> sizes = new ArrayList<>();
        int open = 0; // bytes of the packet that is not yet complete
        int at = 0;
        while (at < file.length) {
            if (file.length - at < HEADER_BYTES
                    || file[at] != 'O'
                    || file[at + 1] != 'g'
                    || file[at + 2] != 'g'
                    || file[at + 3] != 'S') {
                throw new IOException("no Ogg page at byte " + at);
            }
            int segments = file[at + HEADER_BYTES - 1] & 0xFF;
            int body = at + HEADER_BYTES + segments;
            if (body > file.length) {
                throw new IOException("the Ogg page at byte " + at + " is cut short");
            }
            int bytes = 0;
            for (int i = 0; i < segments; i++) {
                int segment = file[at + HEADER_BYTES + i] & 0xFF;
                bytes += segment;
                open += segment;
                if (segment < FULL_SEGMENT) {
                    sizes.add(open);
                    open = 0;
                }
            }
            if (body + bytes > file.length) {
                throw new IOException("the Ogg page at byte " + at + " is cut short");
            }
            at = body + bytes;
        }
        return sizes;
    }
}
