package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import java.util.Arrays;

/**
 * The different colours of a picture and how much each of them weighs.
 *
 * @param colours packed as red x 65536 + green x 256 + blue, rising
 * @param weights sum over the pixels of each colour, above 0
 */
record ColourHistogram(int[] colours, float[] weights) {
    /** Colours of positive weight; values are rounded to bytes. */
    static ColourHistogram of(Latents pixels, float[] weights) {
        check(pixels, weights);
        long[] keys = new long[pixels.count()]; // colour, then row: weights are summed in order of row
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) packed(pixels.data(), 3 * i) << 32 | i;
        }
        Arrays.sort(keys);
        int[] colours = new int[keys.length];
        float[] sums = new float[keys.length];
        int found = 0;
        for (int from = 0; from < keys.length; ) {
            int colour = (int) (keys[from] >> 32);
            double sum = 0;
            for (; from < keys.length && (int) (keys[from] >> 32) == colour; from++) {
                sum += weights[(int) keys[from]];
            }
            if (sum > 0) {
                colours[found] = colour;
                sums[found++] = (float) Math.min(sum, Float.MAX_VALUE);
            }
        }
        if (found == 0) {
            throw new IllegalArgumentException("all weights are 0");
        }
        return new ColourHistogram(Arrays.copyOf(colours, found), Arrays.copyOf(sums, found));
    }

    private static void check(Latents pixels, float[] weights) {
        if (pixels.dim() != 3) {
            throw new IllegalArgumentException("pixels have dim " + pixels.dim() + ", must be 3");
        }
        if (pixels.count() < 1) {
            throw new IllegalArgumentException("there are no pixels to learn from");
        }
        float[] x = pixels.data();
        for (int i = 0; i < x.length; i++) {
            if (!(x[i] >= 0 && x[i] <= 255)) {
                throw new IllegalArgumentException(
                        "pixel " + i / 3 + " has the value " + x[i] + " in channel " + i % 3 + ", must be in [0, 255]");
            }
        }
        if (weights.length != pixels.count()) {
            throw new IllegalArgumentException(
                    "weights has " + weights.length + " values, must have one per pixel, " + pixels.count());
        }
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0 && weights[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "weight " + i + " is " + weights[i] + ", must be finite and at least 0");
            }
        }
    }

    static int packed(float[] srgb, int at) {
        return (int) Math.rint(srgb[at]) << 16 | (int) Math.rint(srgb[at + 1]) << 8 | (int) Math.rint(srgb[at + 2]);
    }
}
