package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResizingTest {
    /** Keys' cubic has linear precision: a plane that rises evenly does so at every size, borders aside. */
    @Property(tries = 60)
    void evenSlopesStay(
            @ForAll @IntRange(min = 30, max = 60) int width,
            @ForAll @IntRange(min = 30, max = 60) int height,
            @ForAll @IntRange(min = 20, max = 120) int toWidth,
            @ForAll @IntRange(min = 20, max = 120) int toHeight) {
        float[] plane = new float[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                plane[y * width + x] = 20 + 2 * x + y;
            }
        }
        Image out = Resizing.resize(Image.ofGrey(width, height, plane), toWidth, toHeight);
        double marginX = 3 * Math.max(1, (double) width / toWidth);
        double marginY = 3 * Math.max(1, (double) height / toHeight);
        for (int y = 0; y < toHeight; y++) {
            double fromY = (y + .5) * height / toHeight - .5;
            for (int x = 0; x < toWidth; x++) {
                double fromX = (x + .5) * width / toWidth - .5;
                if (fromX > marginX && fromX < width - marginX && fromY > marginY && fromY < height - marginY) {
                    // shrinking weighs samples by a kernel that is not sampled evenly: a part of a grey level
                    assertEquals(20 + 2 * fromX + fromY, out.plane(0)[y * toWidth + x], 0.5);
                }
            }
        }
    }

    @Test
    void flatStaysFlatAndTheSameSizeTheSamePicture() {
        float[] flat = new float[35];
        java.util.Arrays.fill(flat, 77);
        Image image = Image.ofGrey(7, 5, flat).withAlpha(flat.clone());
        assertSame(image, Resizing.resize(image, 7, 5));
        Image large = Resizing.resize(image, 50, 3);
        for (float sample : large.plane(0)) {
            assertEquals(77, sample, 1e-4);
        }
        for (float sample : large.alpha()) {
            assertEquals(77, sample, 1e-4);
        }
    }

    /** Halves of a line of four by hand: centres 0.5 and 2.5, kernel twice as wide, what lies outside is left out. */
    @Test
    void aLineByHand() {
        Image line = Image.ofGrey(4, 1, new float[] {0, 100, 200, 50});
        Image half = Resizing.resize(line, 2, 1);
        double near = (1.5 * .25 - 2.5) * .25 * .25 + 1; // at a distance of 0.5
        double far = (1.5 * .75 - 2.5) * .75 * .75 + 1; // at 1.5
        double farthest = ((-.5 * 1.25 + 2.5) * 1.25 - 4) * 1.25 + 2; // at 2.5
        double sum = 2 * near + far + farthest;
        assertEquals((near * 100 + far * 200 + farthest * 50) / sum, half.plane(0)[0], 1e-3);
        assertEquals((near * 50 + near * 200 + far * 100) / sum, half.plane(0)[1], 1e-3);
    }
}
