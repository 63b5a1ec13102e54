package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.OkLab;
import dev.tessera.codebook.PaletteQuantizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PaletteKMeansTest {
    /** White, primaries and greys: the values that Ottosson's constants are known to give (CSS Color 4 lists them too). */
    @ParameterizedTest
    @CsvSource({
        "255, 255, 255, 1, 0, 0",
        "0, 0, 0, 0, 0, 0",
        "255, 0, 0, .62796, .22486, .12585",
        "0, 255, 0, .86644, -.23389, .17950",
        "0, 0, 255, .45201, -.03246, -.31153",
        "255, 255, 0, .96798, -.07137, .19857",
        "0, 255, 255, .90540, -.14944, -.03940",
        "255, 0, 255, .70167, .27457, -.16916",
        "128, 128, 128, .59987, 0, 0"
    })
    void publishedColours(float red, float green, float blue, float l, float a, float b) {
        float[] srgb = {red, green, blue};
        float[] lab = OkLab.fromSrgb(Latents.of(1, 3, srgb)).data();
        assertArrayEquals(new float[] {l, a, b}, lab, 1.1e-5f);
        assertArrayEquals(srgb, OkLab.toSrgb(Latents.of(1, 3, lab)).data(), 0.01f);
    }

    @Test
    void everyColourComesBack() {
        List<Integer> levels = new ArrayList<>();
        for (int i = 0; i < 256; i += i < 24 ? 1 : 9) {
            levels.add(i);
        }
        levels.add(255);
        for (int red : levels) {
            float[] x = new float[levels.size() * levels.size() * 3];
            int at = 0;
            for (int green : levels) {
                for (int blue : levels) {
                    x[at++] = red;
                    x[at++] = green;
                    x[at++] = blue;
                }
            }
            Latents srgb = Latents.of(at / 3, 3, x);
            assertArrayEquals(x, OkLab.toSrgb(OkLab.fromSrgb(srgb)).data(), 0.05f);
        }
    }

    /** Sky, a lawn with texture and a small red ball. */
    private static Latents picture(int width, int height) {
        SplittableRandom random = new SplittableRandom(11);
        float[] x = new float[width * height * 3];
        for (int i = 0; i < width * height; i++) {
            double u = (double) (i % width) / width;
            double v = (double) (i / width) / height;
            double[] colour = v < 0.5
                    ? new double[] {90 + 120 * v + 20 * u, 140 + 150 * v, 225 + 20 * v}
                    : new double[] {40 + 60 * random.nextDouble(), 90 + 110 * random.nextDouble() * u, 30 + 40 * v};
            if (Math.hypot(u - 0.7, v - 0.6) < 0.02) {
                colour = new double[] {210, 20, 30};
            }
            for (int c = 0; c < 3; c++) {
                x[3 * i + c] = (float) Math.rint(colour[c]);
            }
        }
        return Latents.of(new int[] {height, width}, 3, x);
    }

    private static double labError(Latents pixels, PaletteQuantizer palette) {
        float[] a = OkLab.fromSrgb(pixels).data();
        float[] b = OkLab.fromSrgb(palette.dequantize(palette.quantize(pixels), pixels.shape()))
                .data();
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow((double) a[i] - b[i], 2);
        }
        return sum / pixels.count();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 64})
    void betterThanMedianCut(int colours) {
        Latents pixels = picture(120, 90);
        double ours = labError(
                pixels, PaletteKMeans.builder().colours(colours).build().fit(pixels));
        double cut = labError(pixels, medianCut(pixels, colours));
        assertTrue(ours < 0.9 * cut, ours + " against " + cut);
    }

    /** Heckbert 1982, the box with the longest side is cut at its median. */
    private static PaletteQuantizer medianCut(Latents pixels, int colours) {
        List<float[]> all = new ArrayList<>();
        for (int i = 0; i < pixels.count(); i++) {
            all.add(Arrays.copyOfRange(pixels.data(), 3 * i, 3 * i + 3));
        }
        List<List<float[]>> boxes = new ArrayList<>(List.of(all));
        while (boxes.size() < colours) {
            List<float[]> box = boxes.stream()
                    .max(Comparator.comparingDouble(b -> side(b, longest(b))))
                    .orElseThrow();
            boxes.remove(box);
            int channel = longest(box);
            List<float[]> sorted = box.stream()
                    .sorted(Comparator.comparingDouble(colour -> colour[channel]))
                    .toList();
            boxes.add(sorted.subList(0, sorted.size() / 2));
            boxes.add(sorted.subList(sorted.size() / 2, sorted.size()));
        }
        byte[] srgb = new byte[3 * colours];
        for (int i = 0; i < colours; i++) {
            for (int c = 0; c < 3; c++) {
                int channel = c;
                srgb[3 * i + c] = (byte) Math.round(boxes.get(i).stream()
                        .mapToDouble(colour -> colour[channel])
                        .average()
                        .orElseThrow());
            }
        }
        return new PaletteQuantizer(srgb);
    }

    private static double side(List<float[]> box, int channel) {
        return box.stream().mapToDouble(c -> c[channel]).max().orElseThrow()
                - box.stream().mapToDouble(c -> c[channel]).min().orElseThrow();
    }

    private static int longest(List<float[]> box) {
        int longest = 0;
        for (int c = 1; c < 3; c++) {
            longest = side(box, c) > side(box, longest) ? c : longest;
        }
        return longest;
    }

    @Test
    void aPictureOfFewColoursGetsExactlyThese() {
        int[] colours = {0x000000, 0x000001, 0x010000, 0xFFFFFF, 0xFFFFFE, 0x804020, 0x7F4020, 0xFF0000};
        float[] x = new float[3 * 500];
        for (int i = 0; i < 500; i++) {
            int colour = colours[i * i % 31 % colours.length];
            x[3 * i] = colour >> 16;
            x[3 * i + 1] = colour >> 8 & 255;
            x[3 * i + 2] = colour & 255;
        }
        Latents pixels = Latents.of(new int[] {20, 25}, 3, x);
        for (int places : new int[] {8, 9, 256}) {
            PaletteQuantizer palette =
                    PaletteKMeans.builder().colours(places).build().fit(pixels);
            assertEquals(8, palette.colours());
            assertArrayEquals(
                    x, palette.dequantize(palette.quantize(pixels), 20, 25).data());
            for (int i = 1; i < 8; i++) {
                assertTrue(palette.okLab().get(i - 1, 0) <= palette.okLab().get(i, 0), "sorted by lightness");
            }
            PaletteQuantizer again = new PaletteQuantizer(palette.srgb());
            assertEquals(palette.okLab(), again.okLab());
        }
    }

    @Test
    void weightsActLikeCopies() {
        Latents pixels = picture(30, 20);
        int n = pixels.count();
        float[] weights = new float[n];
        int copies = 0;
        for (int i = 0; i < n; i++) {
            weights[i] = i % 4;
            copies += i % 4;
        }
        float[] x = new float[3 * copies];
        for (int i = 0, at = 0; i < n; i++) {
            for (int copy = 0; copy < i % 4; copy++, at += 3) {
                System.arraycopy(pixels.data(), 3 * i, x, at, 3);
            }
        }
        PaletteKMeans learner = PaletteKMeans.builder().colours(9).build();
        assertArrayEquals(
                learner.fit(Latents.of(copies, 3, x)).srgb(),
                learner.fit(pixels, weights).srgb());
    }

    @Test
    void salientPlacesKeepARareColourAndSoDoesItsWeight() {
        Latents pixels = picture(120, 90);
        float[] weights = new float[pixels.count()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = pixels.data()[3 * i] == 210 && pixels.data()[3 * i + 1] == 20 ? 500 : 1;
        }
        PaletteKMeans.Builder settings = PaletteKMeans.builder().colours(4);
        assertTrue(redError(settings.build().fit(pixels)) > 0.01);
        assertTrue(redError(settings.build().fit(pixels, weights)) < 1e-3);
        PaletteQuantizer spread = settings.salientColours(1).build().fit(pixels);
        assertEquals(0, redError(spread));
        assertEquals(4, spread.colours());
    }

    private static double redError(PaletteQuantizer palette) {
        return labError(Latents.of(1, 3, new float[] {210, 20, 30}), palette);
    }

    /** Nearest in OKLab is not nearest in sRGB: dark blue looks more like a dark grey than its bytes say. */
    @Test
    void searchesInOkLab() {
        SplittableRandom random = new SplittableRandom(5);
        byte[] srgb = new byte[3 * 20];
        float[] x = new float[3 * 400];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextInt(256);
            srgb[i % srgb.length] = (byte) random.nextInt(256);
        }
        PaletteQuantizer palette = new PaletteQuantizer(srgb);
        Latents pixels = Latents.of(400, 3, x);
        float[] lab = OkLab.fromSrgb(pixels).data();
        int[] indices = palette.quantize(pixels);
        int otherInSrgb = 0;
        for (int i = 0; i < 400; i++) {
            int best = 0;
            int bestSrgb = 0;
            for (int j = 1; j < 20; j++) {
                best = distance(lab, i, palette.okLab().vectors(), j)
                                < distance(lab, i, palette.okLab().vectors(), best)
                        ? j
                        : best;
                float[] bytes = palette.dequantize(new int[] {bestSrgb, j}, 2).data();
                bestSrgb = distance(x, i, bytes, 1) < distance(x, i, bytes, 0) ? j : bestSrgb;
            }
            assertEquals(best, indices[i]);
            otherInSrgb += best == bestSrgb ? 0 : 1;
        }
        assertTrue(otherInSrgb > 20, otherInSrgb + " differ");
        assertArrayEquals(indices, palette.quantize(pixels, 7));
    }

    private static double distance(float[] x, int i, float[] codes, int j) {
        double sum = 0;
        for (int k = 0; k < 3; k++) {
            sum += Math.pow((double) x[3 * i + k] - codes[3 * j + k], 2);
        }
        return sum;
    }

    @Test
    void samePaletteForAnyThreadCount() {
        Latents pixels = picture(200, 150);
        PaletteKMeans.Builder settings = PaletteKMeans.builder().colours(48).salientColours(5);
        byte[] one = settings.threads(1).build().fit(pixels).srgb();
        assertArrayEquals(one, settings.threads(2).build().fit(pixels).srgb());
        assertArrayEquals(one, settings.threads(7).build().fit(pixels).srgb());
    }

    @Test
    void badArgumentsAreNamed() {
        PaletteKMeans learner = PaletteKMeans.builder().colours(2).build();
        Latents one = Latents.of(1, 3, new float[3]);
        message("dim 2", () -> learner.fit(Latents.of(1, 2, new float[2])));
        message("no pixels", () -> learner.fit(Latents.of(0, 3, new float[0])));
        message("256.0 in channel 1", () -> learner.fit(Latents.of(1, 3, new float[] {0, 256, 0})));
        message("NaN in channel 0", () -> learner.fit(Latents.of(1, 3, new float[] {Float.NaN, 0, 0})));
        message("one per pixel, 1", () -> learner.fit(one, new float[2]));
        message("weight 0 is -1.0", () -> learner.fit(one, new float[] {-1}));
        message("all weights are 0", () -> learner.fit(one, new float[1]));
        message("colours is 0", () -> PaletteKMeans.builder().colours(0));
        message(
                "salientColours is 2",
                () -> PaletteKMeans.builder().colours(2).salientColours(2).build());
        message("srgb has 4 bytes", () -> new PaletteQuantizer(new byte[4]));
        PaletteQuantizer palette = new PaletteQuantizer(new byte[6]);
        message("index is 2", () -> palette.dequantize(new int[] {2}, 1));
        message("-1.0 in channel 2", () -> palette.quantize(Latents.of(1, 3, new float[] {0, 0, -1})));
    }

    private static void message(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}
