package dev.tessera.vqmodels.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GridWindowTest {
    @Property(tries = 200)
    void gathersWhatIsAround(
            @ForAll @IntRange(min = 1, max = 3) int channels,
            @ForAll @IntRange(min = 0, max = 3) int halfHeight,
            @ForAll @IntRange(min = 1, max = 3) int halfWidth,
            @ForAll boolean causal,
            @ForAll @IntRange(min = 1, max = 5) int gridHeight,
            @ForAll @IntRange(min = 1, max = 5) int gridWidth) {
        GridWindow window = new GridWindow(channels, 2 * halfHeight + 1, 2 * halfWidth + 1, causal);
        int[] grid = new int[gridHeight * gridWidth * channels];
        Arrays.setAll(grid, i -> i + 1);
        int[] context = new int[window.size() + 2];
        for (int y = 0; y < gridHeight; y++) {
            for (int x = 0; x < gridWidth; x++) {
                Arrays.fill(context, -1);
                window.gather(grid, gridHeight, gridWidth, y, x, context, 1);
                int at = 1;
                for (int dy = -halfHeight; dy <= halfHeight; dy++) {
                    for (int dx = -halfWidth; dx <= halfWidth; dx++) {
                        for (int c = 0; c < channels && (!causal || dy < 0 || dy == 0 && dx < 0); c++) {
                            boolean inside = y + dy >= 0 && y + dy < gridHeight && x + dx >= 0 && x + dx < gridWidth;
                            int expected = inside ? grid[((y + dy) * gridWidth + x + dx) * channels + c] : 0;
                            assertEquals(expected, context[at]);
                            int kernelAt = (c * window.height() + dy + halfHeight) * window.width() + dx + halfWidth;
                            assertEquals(kernelAt, window.kernelIndex(at - 1));
                            at++;
                        }
                    }
                }
                assertEquals(window.size() + 1, at);
                assertArrayEquals(new int[] {-1, -1}, new int[] {context[0], context[at]});
            }
        }
    }

    @Test
    void refusesWindowsWithoutAMiddleOrAnything() {
        assertEquals(
                "height is 2, must be odd",
                assertThrows(IllegalArgumentException.class, () -> new GridWindow(1, 2, 3, true))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new GridWindow(1, 1, 1, true));
        assertThrows(IllegalArgumentException.class, () -> new GridWindow(0, 3, 3, true));
        assertThrows(IllegalArgumentException.class, () -> new GridWindow(1 << 16, 3, 3, false));
        assertThrows(IllegalArgumentException.class, () -> new GridWindow(1, 65, 3, false));
    }
}
