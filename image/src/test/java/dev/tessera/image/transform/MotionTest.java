package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

/** The pieces that frames of a sequence have besides those of pictures. */
class MotionTest {
    private static SamplePlane[] planes(int width, int height, IntBinaryOperator luma) {
        SamplePlane[] planes = {
            new SamplePlane(width, height),
            new SamplePlane(width / 2, height / 2),
            new SamplePlane(width / 2, height / 2)
        };
        for (int c = 0; c < 3; c++) {
            int scale = c == 0 ? 1 : 2;
            for (int i = 0; i < planes[c].samples.length; i++) {
                planes[c].samples[i] = luma.applyAsInt(scale * (i % planes[c].width), scale * (i / planes[c].width));
            }
        }
        return planes;
    }

    @Test
    void wholeSamplesAreShiftedExactlyAndTheRimGoesOn() {
        SplittableRandom random = new SplittableRandom(1);
        SamplePlane[] planes = planes(64, 32, (x, y) -> random.nextInt(4081));
        ReferenceFrame reference = new ReferenceFrame(planes);
        int[] out = new int[64];
        reference.predict(0, 8, 8, 8, 4 * 5, -4 * 3, out);
        for (int i = 0; i < 64; i++) {
            assertEquals(planes[0].samples[(8 - 3 + i / 8) * 64 + 8 + 5 + i % 8], out[i]);
        }
        reference.predict(1, 0, 0, 8, -2047, -2047, out);
        assertEquals(planes[1].samples[0], out[63]);
    }

    /** Windowed sincs keep flat planes exactly and slopes nearly. */
    @Test
    void quartersOfASampleFollowASlope() {
        ReferenceFrame slope = new ReferenceFrame(planes(96, 96, (x, y) -> 300 + 16 * x + 8 * y));
        int[] out = new int[256];
        for (int vx = -7; vx <= 7; vx++) {
            for (int c = 0; c < 3; c++) {
                int scale = c == 0 ? 1 : 2;
                slope.predict(c, 16, 16, 16, vx, 3, out);
                for (int i = 0; i < 256; i++) {
                    double expected =
                            300 + 16 * (scale * (16 + i % 16) + vx / 4.0) + 8 * (scale * (16 + i / 16) + 3 / 4.0);
                    assertEquals(expected, out[i], 2, "vector " + vx + ", component " + c);
                }
            }
        }
        new ReferenceFrame(planes(64, 64, (x, y) -> 1234)).predict(0, 8, 8, 16, 3, 1, out);
        assertTrue(Arrays.stream(out).allMatch(v -> v == 1234));
    }

    @Test
    void aVectorIsPredictedFromItsNeighbours() {
        MotionField field = new MotionField(96, 96);
        assertArrayEquals(new int[2], field.predicted(32, 32, 32));
        field.set(0, 32, 32, MotionField.MOVED, 5, -3);
        assertArrayEquals(new int[] {5, -3}, field.predicted(32, 32, 32));
        field.set(32, 0, 32, MotionField.COPIED, 9, 1);
        assertArrayEquals(new int[] {5, -3}, field.predicted(32, 32, 32));
        field.set(64, 0, 32, MotionField.MOVED, 7, 8);
        assertArrayEquals(new int[] {7, 1}, field.predicted(32, 32, 32));
        field.set(0, 32, 32, MotionField.INTRA, 0, 0);
        assertArrayEquals(new int[] {9, 1}, field.predicted(32, 32, 32));
        assertFalse(field.isOnePiece(64, 0, 32, 0));
        field.set(64, 0, 32, MotionField.COPIED, 9, 1);
        assertTrue(field.isOnePiece(64, 0, 32, 0));
        field.clear(64, 0, 32);
        assertEquals(MotionField.UNKNOWN, field.kind(64, 0));
        assertEquals(MotionField.UNKNOWN, field.kind(96, 0));
    }

    @Test
    void vectorsAndFlagsGoThereAndBack() {
        MotionField field = new MotionField(64, 64);
        RangeEncoder out = new RangeEncoder();
        int[][] vectors = {{0, 0}, {1, -1}, {-2047, 2047}, {2047, -2047}, {5, 300}};
        code(new BitCoder.Writer(out), field, vectors);
        int[][] back = new int[vectors.length][2];
        code(new BitCoder.Reader(new RangeDecoder(out.finish())), field, back);
        for (int i = 0; i < vectors.length; i++) {
            assertArrayEquals(vectors[i], back[i]);
        }
    }

    private static void code(BitCoder coder, MotionField field, int[][] vectors) {
        MotionModel model = new MotionModel();
        int[] predicted = {2000, -2000};
        for (int[] vector : vectors) {
            model.enter(field, null, 32, 32, 16);
            assertEquals(1, model.copied(coder, 0, 0, 1));
            assertEquals(0, model.moved(coder, 0));
            for (int i = 0; i < 2; i++) {
                vector[i] = model.vector(coder, i, predicted[i], vector[i]);
            }
        }
    }

    @Test
    void theSearchFindsAMovedPiece() {
        SplittableRandom random = new SplittableRandom(3);
        int[] noise = random.ints(256 * 128, 0, 4081).toArray();
        // smooth enough for a search that goes downhill: sums over 8 x 8
        SamplePlane[] before = planes(128, 64, (x, y) -> smooth(noise, x + 40, y + 24));
        SamplePlane[] now = planes(128, 64, (x, y) -> smooth(noise, x + 40 + 11, y + 24 - 6));
        MotionSearch search = new MotionSearch(now[0], new ReferenceFrame(before));
        int[] block = new int[256];
        now[0].get(48, 16, 16, block);
        int[] found = search.find(block, 48, 16, 16, List.of(new int[2]), (x, y) -> 0);
        assertArrayEquals(new int[] {44, -24}, found);
    }

    private static int smooth(int[] noise, int x, int y) {
        int sum = 0;
        for (int i = 0; i < 64; i++) {
            sum += noise[(y + i / 8) * 256 + x + i % 8];
        }
        return sum / 64;
    }

    @Test
    void aFadeIsFoundAndAStillFrameHasNone() {
        SamplePlane[] before = planes(64, 64, (x, y) -> 1000 + 30 * x + 7 * y);
        SamplePlane[] darker = planes(64, 64, (x, y) -> (1000 + 30 * x + 7 * y) / 2);
        Fade fade = Fade.between(before[0], darker[0]);
        assertEquals(64, fade.gain(), 1);
        SamplePlane predicted = fade.of(before)[0];
        for (int i = 0; i < predicted.samples.length; i++) {
            assertEquals(darker[0].samples[i], predicted.samples[i], 24);
        }
        assertEquals(Fade.NONE, Fade.between(before[0], before[0]));
        assertSame(before, Fade.NONE.of(before));
    }
}
