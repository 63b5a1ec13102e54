package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.image.Image;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VisualQualityTest {
    private static final int SIZE = 96;

    /** Waves on the left, all but flat on the right. */
    private static float[] picture() {
        float[] grey = new float[SIZE * SIZE];
        for (int i = 0; i < grey.length; i++) {
            int x = i % SIZE;
            grey[i] = (float) (120 + (x < SIZE / 2 ? 60 : 3) * Math.sin(x * .9 + i / SIZE * .4));
        }
        return grey;
    }

    private static Image noisy(double amount, boolean leftOnly, boolean rightOnly) {
        SplittableRandom random = new SplittableRandom(2);
        float[] grey = picture();
        for (int i = 0; i < grey.length; i++) {
            double noise = amount * (random.nextDouble() - .5);
            boolean left = i % SIZE < SIZE / 2;
            grey[i] += (float) (left && rightOnly || !left && leftOnly ? 0 : noise);
        }
        return Image.ofGrey(SIZE, SIZE, grey);
    }

    @Test
    void lessNoiseIsBetterAndNoneIsBest() {
        VisualQuality quality = new VisualQuality(noisy(0, false, false));
        double before = quality.of(noisy(0, false, false));
        assertTrue(before > 60, before + " dB");
        for (double amount : new double[] {2, 10, 40, 100}) {
            double now = quality.of(noisy(amount, false, false));
            assertTrue(now < before, now + " after " + before);
            before = now;
        }
    }

    @Test
    void errorsHideInStructure() {
        VisualQuality quality = new VisualQuality(noisy(0, false, false));
        assertTrue(quality.of(noisy(20, true, false)) > quality.of(noisy(20, false, true)) + 3);
    }

    @Test
    void weightsSayTheSame() {
        SamplePlane plane = PicturePlanes.of(noisy(0, false, false), 0)[0];
        VisualWeights weights = new VisualWeights(plane, 0, .5);
        double[] left = new double[256];
        double[] right = new double[256];
        weights.of(16, 32, 16, left);
        weights.of(64, 32, 16, right);
        for (int i = 1; i < 256; i++) {
            assertTrue(right[i] > 1.2 * left[i], left[i] + ", " + right[i] + " of coefficient " + i);
        }
        new VisualWeights(plane, 0, 0).of(16, 32, 16, left);
        for (double weight : left) {
            assertEquals(1, weight);
        }
    }

    @Test
    void picturesOfAnySizeHaveAQuality() {
        for (int[] size : new int[][] {{1, 1}, {4, 9}, {200, 3}}) {
            Image image = Image.ofGrey(size[0], size[1], new float[size[0] * size[1]]);
            assertTrue(new VisualQuality(image).of(image) > 60);
        }
    }
}
