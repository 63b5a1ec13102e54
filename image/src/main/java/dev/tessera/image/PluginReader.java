package dev.tessera.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The first picture of a file through an ImageIO reader. */
final class PluginReader {
    private PluginReader() {}

    /** Finds a reader. */
    interface Source {
        ImageReader get() throws IOException;
    }

    static Image read(FileBytes file, Source source) throws UnreadableImageException {
        return Libraries.guarded(file, () -> {
            ImageReader reader = source.get();
            try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file.bytes()))) {
                reader.setInput(in, false, true);
                file.checkSize(reader.getWidth(0), reader.getHeight(0));
                BufferedImage pixels = reader.read(0);
                file.checkSize(pixels.getWidth(), pixels.getHeight());
                return BufferedImages.toImage(pixels);
            } finally {
                reader.dispose();
            }
        });
    }
}
