package dev.tessera.cli;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.vqmodels.training.PictureSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Picture files for a trainer; transparent ones are laid on white. */
record Pictures(List<Path> files) implements FileItems, PictureSource {
    private static final float WHITE = 255;

    @Override
    public Picture read(int index) throws IOException {
        Image image = ImageFiles.read(files.get(index)).composedOn(WHITE);
        return new Picture(image.width(), image.height(), image.toRgb8());
    }
}
