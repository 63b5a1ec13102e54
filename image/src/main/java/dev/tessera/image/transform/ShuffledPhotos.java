package dev.tessera.image.transform;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Photos in random order, each once before one comes again; the order of the files given does not matter. */
final class ShuffledPhotos {
    private final List<Path> order;
    private final Random random;
    private int seen;

    ShuffledPhotos(List<Path> files, Random random) {
        this.order = new ArrayList<>(files);
        order.sort(Comparator.comparing(file -> file.getFileName().toString()));
        this.random = random;
    }

    /** Reads the next one, composed on white. */
    Image next() throws IOException {
        int at = seen++ % order.size();
        if (at == 0) {
            Collections.shuffle(order, random);
        }
        return ImageFiles.read(order.get(at)).composedOn(255);
    }
}
