package dev.tessera.samples;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Learns a codebook of 4 x 4 patches of a photo, replaces every patch by the index of its nearest code vector, and looks
 * at what was lost.
 *
 * <p>Argument: a picture file (default: the coffee cup of {@code samples/media}).
 */
public final class CodebookExample {
    private static final int PATCH = 4;

    private CodebookExample() {}

    public static void main(String[] args) throws IOException {
        Image photo = ImageFiles.read(Path.of(args.length > 0 ? args[0] : "media/photo-coffee.jpg"));
        Latents patches = lumaPatches(photo);

        Codebook codebook =
                KMeans.builder().codebookSize(64).iterations(10).seed(1).build().fit(patches);
        VectorQuantizer quantizer = new VectorQuantizer(codebook);
        Tokens tokens = quantizer.toTokens(patches);
        Latents back = quantizer.toLatents(tokens);

        System.out.println(patches + " -> " + tokens);
        System.out.printf(
                "first row of tokens starts %d %d %d %d%n",
                tokens.index(0, 0), tokens.index(0, 1), tokens.index(0, 2), tokens.index(0, 3));
        System.out.printf("%.2f dB%n", 10 * Math.log10(255 * 255 / meanSquaredError(patches, back)));
    }

    /** Patches of the luma plane on their grid; rows and columns that do not fill a patch are left out. */
    static Latents lumaPatches(Image image) {
        int rows = image.height() / PATCH;
        int columns = image.width() / PATCH;
        float[] data = new float[rows * columns * PATCH * PATCH];
        int i = 0;
        for (int patch = 0; patch < rows * columns; patch++) {
            for (int pixel = 0; pixel < PATCH * PATCH; pixel++) {
                int y = patch / columns * PATCH + pixel / PATCH;
                int x = patch % columns * PATCH + pixel % PATCH;
                int at = y * image.width() + x;
                data[i++] = 0.299f * image.plane(0)[at] + 0.587f * image.plane(1)[at] + 0.114f * image.plane(2)[at];
            }
        }
        return Latents.of(new int[] {rows, columns}, PATCH * PATCH, data);
    }

    static double meanSquaredError(Latents a, Latents b) {
        double sum = 0;
        for (int i = 0; i < a.data().length; i++) {
            double difference = a.data()[i] - b.data()[i];
            sum += difference * difference;
        }
        return sum / a.data().length;
    }
}
