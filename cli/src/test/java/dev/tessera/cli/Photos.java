package dev.tessera.cli;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Parts of a photo, because whole ones take longer. */
final class Photos {
    private Photos() {}

    /** A part of photo-coffee.jpg as {@code crop.png} in {@code folder}. */
    static Path crop(Path folder, int width, int height) throws IOException {
        Path file = folder.resolve("crop.png");
        Image crop =
                ImageFiles.read(Path.of("../samples/media/photo-coffee.jpg")).crop(100, 150, width, height);
        try (var out = Files.newOutputStream(file)) {
            ImageFiles.write(crop, out, "png");
        }
        return file;
    }
}
