package dev.tessera.samples.bench.quantizers;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.vqmodels.training.PictureSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The photos of a folder, decoded once and kept for all runs. */
record BenchPhotos(List<String> names, List<Picture> pictures) implements PictureSource {
    private static final float WHITE = 255;

    /**
     * Reads the files whose names start with {@code photo-}.
     *
     * @param side larger photos are cut to this side around their middle
     * @param multiple sides become multiples of it
     */
    static BenchPhotos read(Path folder, int side, int multiple) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().startsWith("photo-"))
                    .sorted()
                    .toList();
        }
        List<String> names = new ArrayList<>();
        List<Picture> pictures = new ArrayList<>();
        for (Path file : files) {
            Image image = ImageFiles.read(file).composedOn(WHITE);
            int width = Math.min(side, image.width()) / multiple * multiple;
            int height = Math.min(side, image.height()) / multiple * multiple;
            if (width > 0 && height > 0) {
                Image cut = image.crop((image.width() - width) / 2, (image.height() - height) / 2, width, height);
                names.add(file.getFileName().toString());
                pictures.add(new Picture(width, height, cut.toRgb8()));
            }
        }
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException(folder + " has no photo-* of at least " + multiple + " pixels");
        }
        return new BenchPhotos(names, pictures);
    }

    @Override
    public int size() {
        return pictures.size();
    }

    @Override
    public String name(int index) {
        return names.get(index);
    }

    @Override
    public Picture read(int index) {
        return pictures.get(index);
    }

    long pixels() {
        return pictures.stream()
                .mapToLong(picture -> (long) picture.width() * picture.height())
                .sum();
    }
}
