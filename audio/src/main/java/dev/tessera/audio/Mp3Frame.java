package dev.tessera.audio;

import java.util.Optional;

/**
 * Header of an MPEG audio frame (ISO 11172-3 and 13818-3).
 *
 * @param offset where it stands in the file
 * @param bytes size of the frame, header included
 * @param samples samples per channel that it decodes to
 * @param layer 1 to 3
 * @param sideInfoBytes bytes between the header and the main data in layer III; here encoders put their tag
 */
record Mp3Frame(int offset, int bytes, int samples, int layer, int sideInfoBytes) {
    private static final int HEADER_BYTES = 4;
    private static final int[] RATES = {44100, 48000, 32000};
    private static final int[][] KBPS = {
        {32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448}, // MPEG-1, layer I
        {32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384}, // MPEG-1, layer II
        {32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}, // MPEG-1, layer III
        {32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256}, // MPEG-2, layer I
        {8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160} // MPEG-2, layers II and III
    };

    /** The frame at {@code offset}, if there is one whose successor, if the file goes on, starts with a header too. */
    static Optional<Mp3Frame> at(byte[] file, int offset) {
        return parse(file, offset).filter(frame -> {
            int next = offset + frame.bytes;
            return next + HEADER_BYTES > file.length || parse(file, next).isPresent();
        });
    }

    private static Optional<Mp3Frame> parse(byte[] file, int offset) {
        if (offset < 0 || offset > file.length - HEADER_BYTES) {
            return Optional.empty();
        }
        int header = Bytes.i32BigEndian(file, offset);
        int version = header >>> 19 & 3; // 0 MPEG-2.5, 2 MPEG-2, 3 MPEG-1
        int layer = 4 - (header >>> 17 & 3);
        int rateIndex = header >>> 12 & 15;
        int frequency = header >>> 10 & 3;
        if (header >>> 21 != 0x7FF
                || version == 1
                || layer == 4
                || rateIndex == 0
                || rateIndex == 15
                || frequency == 3) {
            return Optional.empty();
        }
        boolean mpeg1 = version == 3;
        int kbps = KBPS[mpeg1 ? layer - 1 : layer == 1 ? 3 : 4][rateIndex - 1];
        int rate = RATES[frequency] >> (mpeg1 ? 0 : version == 2 ? 1 : 2);
        int padding = header >>> 9 & 1;
        boolean mono = (header >>> 6 & 3) == 3;
        int samples = layer == 1 ? 384 : layer == 3 && !mpeg1 ? 576 : 1152;
        int bytes = layer == 1 ? (12_000 * kbps / rate + padding) * 4 : samples / 8 * 1000 * kbps / rate + padding;
        int sideInfo = mpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17;
        return Optional.of(new Mp3Frame(offset, bytes, samples, layer, sideInfo));
    }
}
