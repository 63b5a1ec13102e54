package dev.tessera.codecs;

import java.io.IOException;

/** Bytes that cannot be what they claim to be: truncated, damaged or out of range. */
public class CorruptBitstreamException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    /**
     * @param offset byte offset at which the trouble was seen
     * @param what what was found and what is allowed
     */
    public CorruptBitstreamException(long offset, String what) {
        super("at byte " + offset + ": " + what);
        this.offset = offset;
    }

    /** Byte offset at which the trouble was seen. */
    public long offset() {
        return offset;
    }
}
