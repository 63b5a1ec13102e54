package dev.tessera.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One thing to read: a file, or standard input.
 *
 * @param name how the user calls it; {@code -} is standard input
 * @param path the file, or null for standard input
 * @param relative where it stands below the folder that was named, or its file name
 */
record Input(String name, Path path, Path relative, InputStream stdin) {
    static Input ofFile(Path path, Path relative) {
        return new Input(path.toString(), path, relative, null);
    }

    static Input ofStdin(InputStream in) {
        return new Input("-", null, Path.of("stdin"), in);
    }

    boolean isStdin() {
        return path == null;
    }

    /** What is in it; to be closed. */
    InputStream open() throws IOException {
        return isStdin() ? stdin : Files.newInputStream(path);
    }

    byte[] bytes() throws IOException {
        return isStdin() ? stdin.readAllBytes() : Files.readAllBytes(path);
    }

    /** {@link #relative} with another suffix. */
    Path renamed(String suffix) {
        String file = relative.getFileName().toString();
        int dot = file.lastIndexOf('.');
        return relative.resolveSibling((dot > 0 ? file.substring(0, dot) : file) + suffix);
    }
}
