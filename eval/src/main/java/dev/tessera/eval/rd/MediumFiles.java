package dev.tessera.eval.rd;

import java.io.IOException;
import java.nio.file.Path;

/** How a medium goes to programs and comes back: PNG or WAV, in files that carry samples and nothing else. */
public interface MediumFiles<S extends Medium> {
    /** With the dot. */
    String suffix();

    void write(S sample, Path file) throws IOException;

    S read(Path file) throws IOException;
}
