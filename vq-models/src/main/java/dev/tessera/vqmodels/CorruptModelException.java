package dev.tessera.vqmodels;

import java.io.IOException;

/** A model file that cannot be what it claims to be: truncated, damaged, or without something it must have. */
public class CorruptModelException extends IOException {
    private static final long serialVersionUID = 1L;

    public CorruptModelException(String what) {
        super(what);
    }

    public CorruptModelException(String what, Throwable cause) {
        super(what, cause);
    }
}
