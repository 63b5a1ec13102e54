package dev.tessera.audio;

import java.util.Optional;

/**
 * What encoders write into a silent first frame (Xing, 1998; LAME extension): it is no sound itself and tells how much of the
 * decoded sound is the encoder's padding.
 *
 * @param frames number of frames that follow, or -1
 * @param delay samples that the encoder put in front
 * @param padding samples that it put behind
 */
record Mp3Tag(int frames, int delay, int padding) {
    private static final int DECODER_DELAY = 529; // of every layer III decoder

    /** The tag in {@code frame}, unless it is a frame of sound. */
    static Optional<Mp3Tag> in(byte[] file, Mp3Frame frame) {
        int at = frame.offset() + 4 + frame.sideInfoBytes();
        if (frame.layer() != 3 || !Bytes.hasAscii(file, at, "Xing") && !Bytes.hasAscii(file, at, "Info")) {
            return Optional.empty();
        }
        if (at + 8 > file.length) {
            return Optional.of(new Mp3Tag(-1, 0, 0));
        }
        int flags = Bytes.i32BigEndian(file, at + 4);
        int from = at + 8;
        int frames = -1;
        if ((flags & 1) != 0 && from + 4 <= file.length) {
            frames = Bytes.i32BigEndian(file, from);
            from += 4;
        }
        from += ((flags & 2) != 0 ? 4 : 0) + ((flags & 4) != 0 ? 100 : 0) + ((flags & 8) != 0 ? 4 : 0);
        int gap = from + 21; // behind the encoder's name and its settings
        if (gap + 3 > file.length || file[from] == 0) {
            return Optional.of(new Mp3Tag(frames, 0, 0));
        }
        int both = Bytes.u24BigEndian(file, gap);
        return Optional.of(
                new Mp3Tag(frames, (both >>> 12) + DECODER_DELAY, Math.max(0, (both & 0xFFF) - DECODER_DELAY)));
    }
}
