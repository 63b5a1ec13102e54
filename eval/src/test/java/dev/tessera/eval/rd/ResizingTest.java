package dev.tessera.eval.rd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResizingTest {
    private static Rgb8 ramp(int width, int height, double perColumn, double perRow) {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.round(20 + perColumn * (i / 3 % width) + perRow * (i / 3 / width));
        }
        return new Rgb8(width, height, pixels);
    }

    @ParameterizedTest
    @EnumSource(Resizing.class)
    void flatPicturesStayFlatAtEverySize(Resizing resizing) {
        Rgb8 flat = Rgb8.flat(37, 23, 199);
        for (int[] size : new int[][] {{18, 12}, {74, 46}, {1, 1}, {100, 7}}) {
            assertArrayEquals(
                    Rgb8.flat(size[0], size[1], 199).pixels(),
                    resizing.resize(flat, size[0], size[1]).pixels());
        }
        assertSame(flat, resizing.resize(flat, 37, 23));
    }

    @ParameterizedTest
    @EnumSource(Resizing.class)
    void rampsStayRampsAwayFromTheBorders(Resizing resizing) {
        Rgb8 half = resizing.resize(ramp(96, 60, 2, 0), 48, 30);
        for (int x = 8; x < 40; x++) {
            assertEquals(20 + 4 * x + 1, half.pixels()[3 * (15 * 48 + x)] & 0xFF, 1, "column " + x);
        }
        Rgb8 twice = resizing.resize(ramp(96, 60, 0, 3), 192, 120);
        for (int y = 16; y < 100; y++) {
            assertEquals(20 + 1.5 * y - .75, twice.pixels()[3 * (y * 192 + 50)] & 0xFF, 1, "row " + y);
        }
    }

    @Test
    void standardizedPicturesShowTheMiddle() {
        Rgb8 wide = ramp(400, 100, .5, 0).standardized(60, 40);
        assertEquals(60, wide.width());
        assertEquals(40, wide.height());
        // 400 x 100 to 160 x 40, the middle 60 columns: 2.5 source columns each
        assertEquals(20 + .5 * 2.5 * (50 + .5), wide.pixels()[0] & 0xFF, 1);
        assertTrue((wide.pixels()[3 * 59] & 0xFF) > (wide.pixels()[0] & 0xFF) + 60);
    }
}
