package dev.tessera.audio;

import java.util.Optional;

/** Formats of sound files, told by content. */
enum AudioFormat {
    WAV,
    FLAC,
    OGG_VORBIS,
    MP3;

    /** The format of {@code file}, if it is one of these. */
    static Optional<AudioFormat> of(byte[] file) {
        if (Bytes.hasAscii(file, 0, "RIFF") && Bytes.hasAscii(file, 8, "WAVE")) {
            return Optional.of(WAV);
        }
        if (Bytes.hasAscii(file, 0, "OggS")) {
            return Optional.of(OGG_VORBIS);
        }
        int start = Id3.end(file);
        if (Bytes.hasAscii(file, start, "fLaC")) {
            return Optional.of(FLAC);
        }
        return Mp3Frame.at(file, start).map(_ -> MP3);
    }
}
