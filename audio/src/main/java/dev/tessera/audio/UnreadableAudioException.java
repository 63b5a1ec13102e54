package dev.tessera.audio;

import java.io.IOException;

/** A sound file that is damaged, cut short, too long or of a kind that is not read. */
public class UnreadableAudioException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnreadableAudioException(String message) {
        super(message);
    }

    public UnreadableAudioException(String message, Throwable cause) {
        super(message, cause);
    }
}
