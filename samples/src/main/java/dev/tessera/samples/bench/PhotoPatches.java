package dev.tessera.samples.bench;

import dev.tessera.codebook.Latents;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Grey patches of photos as vectors: values 0 to 255, row by row. */
final class PhotoPatches {
    private PhotoPatches() {}

    /**
     * Patches at random places, equally many from every photo, the photos mixed.
     *
     * @param folder the files in it whose names start with {@code photo-} are read
     * @return {@code [count x side * side]}
     */
    static Latents draw(Path folder, int count, int side, long seed) throws IOException {
        List<Path> photos;
        try (Stream<Path> files = Files.list(folder)) {
            photos = files.filter(file -> file.getFileName().toString().startsWith("photo-"))
                    .sorted()
                    .toList();
        }
        if (photos.isEmpty()) {
            throw new IllegalArgumentException(folder + " has no files named photo-*");
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] places = permutation(count, random);
        float[] data = new float[count * side * side];
        int next = 0;
        for (int p = 0; p < photos.size(); p++) {
            Image photo = ImageFiles.read(photos.get(p));
            int end = (int) ((long) count * (p + 1) / photos.size());
            while (next < end) {
                int top = random.nextInt(photo.height() - side + 1);
                int left = random.nextInt(photo.width() - side + 1);
                copy(photo, left, top, side, data, places[next++] * side * side);
            }
        }
        return Latents.of(count, side * side, data);
    }

    private static void copy(Image photo, int left, int top, int side, float[] out, int offset) {
        for (int i = 0; i < side * side; i++) {
            int at = (top + i / side) * photo.width() + left + i % side;
            out[offset + i] = 0.299f * photo.plane(0)[at] + 0.587f * photo.plane(1)[at] + 0.114f * photo.plane(2)[at];
        }
    }

    private static int[] permutation(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
