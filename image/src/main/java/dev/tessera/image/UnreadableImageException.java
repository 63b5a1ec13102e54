package dev.tessera.image;

import java.io.IOException;

/** A picture file that is damaged, cut short, too large or of a kind that is not read. */
public class UnreadableImageException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnreadableImageException(String message) {
        super(message);
    }

    public UnreadableImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
