package dev.tessera.audio;

/** Formats of sound files, told by content. */
enum AudioFormat {
    WAV,
    FLAC,
    OGG_VORBIS,
    MP3;

    /** The format of {@code file}, or null when it is none of these. */
    static AudioFormat of(byte[] file) {
        if (Bytes.hasAscii(file, 0, "RIFF") && Bytes.hasAscii(file, 8, "WAVE")) {
            return WAV;
        }
        if (Bytes.hasAscii(file, 0, "OggS")) {
            return OGG_VORBIS;
        }
        int start = Id3.end(file);
        if (Bytes.hasAscii(file, start, "fLaC")) {
            return FLAC;
        }
        return Mp3Frame.at(file, start) != null ? MP3 : null;
    }
}
