package dev.tessera.codecs;

import java.io.IOException;

/** A file of a format version that this build does not read. */
public class UnsupportedVersionException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnsupportedVersionException(int found, int min, int max) {
        super("format version is " + found + ", this build reads versions " + min + " to " + max);
    }
}
