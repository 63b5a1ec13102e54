package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ImageTest {
    @Test
    void roundsHalfUpAndClamps() {
        float[] samples = {-3, -0.5f, 0.49999997f, 0.5f, 1.4999f, 1.5f, 254.49f, 254.5f, 300, Float.NaN, Float.MAX_VALUE
        };
        int[] expected = {0, 0, 0, 1, 1, 2, 254, 255, 255, 0, 255};
        for (int i = 0; i < samples.length; i++) {
            assertEquals(expected[i], Image.toByte(samples[i]) & 0xFF, "sample " + samples[i]);
        }
    }

    @Test
    void bytesComeBackInterleaved() {
        byte[] rgb = {1, 2, 3, (byte) 200, (byte) 255, 0};
        Image image = Image.ofRgb8(2, 1, rgb);
        assertArrayEquals(rgb, image.toRgb8());
        assertArrayEquals(new float[] {2, 255}, image.plane(1));
    }

    @Test
    void greyIsOnePlane() {
        Image grey = Image.ofGrey(1, 2, new float[] {7, 9});
        assertTrue(grey.isGrey());
        assertSame(grey.plane(0), grey.plane(2));
        assertArrayEquals(new byte[] {7, 7, 7, 9, 9, 9}, grey.toRgb8());
        assertNotEquals(grey, Image.ofRgb(1, 2, new float[] {7, 9}, new float[] {7, 9}, new float[] {7, 9}));
    }

    @Test
    void opaqueAlphaIsDropped() {
        Image image = Image.ofGrey(2, 1, new float[2]);
        assertNull(image.withAlpha(new float[] {255, 255}).alpha());
        assertNotNull(image.withAlpha(new float[] {255, 254}).alpha());
        assertNull(image.withAlpha(new float[] {0, 0}).withAlpha(null).alpha());
    }

    @Test
    void composesOnABackground() {
        Image image = Image.ofGrey(3, 1, new float[] {10, 10, 10}).withAlpha(new float[] {0, 51, 255});
        Image composed = image.composedOn(255);
        assertNull(composed.alpha());
        assertArrayEquals(new float[] {255, 206, 10}, composed.plane(0), 1e-4f);
    }

    @Test
    void cropsAllPlanes() {
        Image image = Image.ofRgb(3, 2, ramp(6, 0), ramp(6, 10), ramp(6, 20)).withAlpha(ramp(6, 30));
        Image crop = image.crop(1, 0, 2, 2);
        assertArrayEquals(new float[] {1, 2, 4, 5}, crop.plane(0));
        assertArrayEquals(new float[] {21, 22, 24, 25}, crop.plane(2));
        assertArrayEquals(new float[] {31, 32, 34, 35}, crop.alpha());
        assertThrows(IllegalArgumentException.class, () -> image.crop(2, 0, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> image.crop(0, Integer.MAX_VALUE, 1, 1));
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, () -> Image.ofGrey(0, 1, new float[0]));
        assertThrows(IllegalArgumentException.class, () -> Image.ofGrey(1 << 16, 1 << 16, new float[0]));
        assertThrows(IllegalArgumentException.class, () -> Image.ofGrey(2, 2, new float[3]));
        assertThrows(IllegalArgumentException.class, () -> Image.ofRgb8(2, 2, new byte[11]));
        assertThrows(
                IllegalArgumentException.class,
                () -> Image.ofGrey(1, 1, new float[1]).plane(3));
    }

    private static float[] ramp(int count, float from) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = from + i;
        }
        return out;
    }
}
