package dev.tessera.cli;

import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A folder with a PNG file for each frame of a sequence; it appears under its name when it is complete. */
final class FrameFolder {
    private FrameFolder() {}

    /** @param target a folder that is not there yet */
    static void write(ImageSequence sequence, Path target) throws IOException {
        Path parent = target.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path work = Files.createTempDirectory(parent, "." + target.getFileName() + ".");
        try {
            for (int i = 0; i < sequence.size(); i++) {
                ImageFiles.write(sequence.frame(i), work.resolve(String.format(Locale.ROOT, "frame-%05d.png", i + 1)));
            }
            Files.move(work, target);
        } catch (IOException | RuntimeException e) {
            delete(work);
            throw e;
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(folder)) {
            all = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
