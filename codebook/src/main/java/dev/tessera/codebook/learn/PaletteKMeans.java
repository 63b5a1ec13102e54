package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.OkLab;
import dev.tessera.codebook.PaletteQuantizer;
import dev.tessera.codebook.internal.Checks;
import java.util.Arrays;

/**
 * Learns a palette of a picture: weighted k-means over its different colours in {@link OkLab}, where distance is how
 * different colours look. Weights, for instance from a saliency map or a task's gradients, draw the palette to the pixels
 * that matter, as the learned queries of CQFormer do (Su et al. 2023, "Name your colour for the task").
 *
 * <ul>
 *   <li>Colours are rounded to bytes and equal ones merged first, so time depends on the number of different colours.
 *   <li>A picture of no more colours than the palette has places gets exactly these.
 *   <li>Some places may be kept for salient colours: after k-means on the others, each takes the colour farthest from the
 *       palette so far (maximin), which k-means would give up when it is rare.
 * </ul>
 *
 * <p>The palette is sorted by lightness. It does not depend on the number of threads.
 */
public final class PaletteKMeans {
    private final int colours;
    private final int salientColours;
    private final int iterations;
    private final long seed;
    private final int threads;

    private PaletteKMeans(Builder builder) {
        this.colours = builder.colours;
        this.salientColours = builder.salientColours;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * A palette for pixels of equal weight.
     *
     * @param pixels dim 3: red, green, blue in {@code [0, 255]}; at least one
     */
    public PaletteQuantizer fit(Latents pixels) {
        float[] weights = new float[pixels.count()];
        Arrays.fill(weights, 1);
        return fit(pixels, weights);
    }

    /**
     * A palette for weighted pixels.
     *
     * @param pixels dim 3: red, green, blue in {@code [0, 255]}; at least one
     * @param weights one per pixel, finite, at least 0, not all 0; the colour of a pixel of weight 0 is not looked at
     * @return at most as many colours as asked for: fewer when the picture has fewer, or centroids round to the same bytes
     */
    public PaletteQuantizer fit(Latents pixels, float[] weights) {
        ColourHistogram histogram = ColourHistogram.of(pixels, weights);
        int[] found = histogram.colours();
        return palette(found.length <= colours ? found : reduce(histogram));
    }

    /** Packed colours of the palette. */
    private int[] reduce(ColourHistogram histogram) {
        Latents lab = OkLab.fromSrgb(unpacked(histogram.colours()));
        Codebook centroids = KMeans.builder()
                .codebookSize(colours - salientColours)
                .iterations(iterations)
                .seed(seed)
                .threads(threads)
                .maxPointsPerCode(Integer.MAX_VALUE) // a sample could miss the colour of a large flat area
                .build()
                .run(lab, histogram.weights())
                .codebook();
        int[] palette = packed(OkLab.toSrgb(Latents.of(centroids.codebookSize(), 3, centroids.toArray())));
        return spread(palette, histogram.colours(), lab);
    }

    /** Adds {@link #salientColours} colours, each the one farthest from all before it. */
    private int[] spread(int[] palette, int[] candidates, Latents lab) {
        int[] out = Arrays.copyOf(palette, palette.length + salientColours);
        double[] nearest = new double[candidates.length];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        for (int p = 0; p < out.length; p++) {
            if (p >= palette.length) {
                out[p] = candidates[farthest(nearest)];
            }
            approach(nearest, lab.data(), OkLab.fromSrgb(unpacked(out[p])).data());
        }
        return out;
    }

    private static void approach(double[] nearest, float[] lab, float[] colour) {
        for (int i = 0; i < nearest.length; i++) {
            double l = (double) lab[3 * i] - colour[0];
            double a = (double) lab[3 * i + 1] - colour[1];
            double b = (double) lab[3 * i + 2] - colour[2];
            nearest[i] = Math.min(nearest[i], l * l + a * a + b * b);
        }
    }

    private static int farthest(double[] nearest) {
        int farthest = 0;
        for (int i = 1; i < nearest.length; i++) {
            if (nearest[i] > nearest[farthest]) {
                farthest = i;
            }
        }
        return farthest;
    }

    private static PaletteQuantizer palette(int[] packed) {
        int[] distinct = Arrays.stream(packed).sorted().distinct().toArray();
        float[] lab = OkLab.fromSrgb(unpacked(distinct)).data();
        Integer[] order = new Integer[distinct.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (i, j) -> Float.compare(lab[3 * i], lab[3 * j]));
        byte[] srgb = new byte[3 * distinct.length];
        for (int i = 0; i < order.length; i++) {
            int colour = distinct[order[i]];
            srgb[3 * i] = (byte) (colour >> 16);
            srgb[3 * i + 1] = (byte) (colour >> 8);
            srgb[3 * i + 2] = (byte) colour;
        }
        return new PaletteQuantizer(srgb);
    }

    private static Latents unpacked(int... colours) {
        float[] out = new float[3 * colours.length];
        for (int i = 0; i < colours.length; i++) {
            out[3 * i] = colours[i] >> 16;
            out[3 * i + 1] = colours[i] >> 8 & 255;
            out[3 * i + 2] = colours[i] & 255;
        }
        return Latents.of(colours.length, 3, out);
    }

    private static int[] packed(Latents srgb) {
        int[] out = new int[srgb.count()];
        for (int i = 0; i < out.length; i++) {
            out[i] = ColourHistogram.packed(srgb.data(), 3 * i);
        }
        return out;
    }

    /** Settings; defaults: 256 colours, none of them salient ones, 30 iterations, seed 1, all processors. */
    public static final class Builder {
        private int colours = 256;
        private int salientColours;
        private int iterations = 30;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** Places of the palette, at least 1. */
        public Builder colours(int colours) {
            this.colours = Checks.requireAtLeast(1, colours, "colours");
            return this;
        }

        /** How many of the places are kept for colours far from all others, at least 0, fewer than there are places. */
        public Builder salientColours(int salientColours) {
            this.salientColours = Checks.requireAtLeast(0, salientColours, "salientColours");
            return this;
        }

        /** Most updates of k-means, at least 0. */
        public Builder iterations(int iterations) {
            this.iterations = Checks.requireAtLeast(0, iterations, "iterations");
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** Threads to use, at least 1; the result does not depend on it. */
        public Builder threads(int threads) {
            this.threads = Checks.requireAtLeast(1, threads, "threads");
            return this;
        }

        public PaletteKMeans build() {
            if (salientColours >= colours) {
                throw new IllegalArgumentException(
                        "salientColours is " + salientColours + ", must be less than colours = " + colours);
            }
            return new PaletteKMeans(this);
        }
    }
}
