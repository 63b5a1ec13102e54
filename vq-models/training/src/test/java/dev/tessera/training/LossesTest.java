package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class LossesTest {
    private static final int SIDE = 24;
    private static final float[] PICTURE = picture(1);
    private static final float[] OTHER = picture(2);

    private static float[] picture(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[3 * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.5 + 0.3 * Math.sin(i * 0.05 * seed) + 0.1 * random.nextDouble());
        }
        return values;
    }

    private static double loss(Losses losses, float[] a, float[] b) {
        try (PointerScope _ = new PointerScope()) {
            return losses.of(Tensors.of(a, 1, 3, SIDE, SIDE), Tensors.of(b, 1, 3, SIDE, SIDE))
                    .item_double();
        }
    }

    @Test
    void everyTermIsZeroForEqualPicturesAndMatchesItsFormula() {
        assertEquals(0, loss(new Losses(1, 1, 1, 1), PICTURE, PICTURE), 1e-6);
        double absolute = 0;
        double squared = 0;
        double gradient = 0;
        int across = 0;
        double down = 0;
        for (int i = 0; i < PICTURE.length; i++) {
            double e = PICTURE[i] - OTHER[i];
            absolute += Math.abs(e) / PICTURE.length;
            squared += e * e / PICTURE.length;
            if (i % SIDE < SIDE - 1) {
                gradient += Math.abs(PICTURE[i + 1] - OTHER[i + 1] - e);
                across++;
            }
            if (i / SIDE % SIDE < SIDE - 1) {
                down += Math.abs(PICTURE[i + SIDE] - OTHER[i + SIDE] - e);
            }
        }
        assertEquals(absolute, loss(new Losses(1, 0, 0, 0), PICTURE, OTHER), 1e-5);
        assertEquals(squared, loss(new Losses(0, 1, 0, 0), PICTURE, OTHER), 1e-5);
        assertEquals((gradient + down) / (2 * across), loss(new Losses(0, 0, 0, 1), PICTURE, OTHER), 1e-5);
        double structure = loss(new Losses(0, 0, 1, 0), PICTURE, OTHER);
        assertTrue(structure > 0.1 && structure <= 1, "1 - MS-SSIM is " + structure);
    }

    @Test
    void structureIsDifferentiable() {
        float[] start = Arrays.copyOf(PICTURE, PICTURE.length);
        float[] gradient = Gradients.of(
                x -> new Losses(0, 0, 1, 0).of(x, Tensors.of(OTHER, 1, 3, SIDE, SIDE)), start, 1, 3, SIDE, SIDE);
        double norm = 0;
        for (float g : gradient) {
            norm += g * g;
        }
        float[] better = start.clone();
        for (int i = 0; i < better.length; i++) {
            better[i] -= (float) (1e-2 * gradient[i] / Math.sqrt(norm));
        }
        Losses losses = new Losses(0, 0, 1, 0);
        double expected = 1e-2 * Math.sqrt(norm);
        double gained = loss(losses, start, OTHER) - loss(losses, better, OTHER);
        assertEquals(expected, gained, 0.2 * expected);
    }

    @Test
    void cropsAreRepeatableAndTurned() throws IOException {
        PicturePool pool = PicturePool.read(new TestPictures(4, 64), 32, 1 << 20, 1, 2, line -> {});
        float[] crops = pool.crops(5, 32, true, new SplittableRandom(3));
        assertArrayEquals(crops, pool.crops(5, 32, true, new SplittableRandom(3)));
        for (float value : crops) {
            assertTrue(value >= 0 && value <= 1);
        }
        PicturePool same = PicturePool.read(new TestPictures(4, 64), 32, 1 << 20, 1, 1, line -> {});
        assertArrayEquals(crops, same.crops(5, 32, true, new SplittableRandom(3)));
    }

    /** AdamW of one parameter, in double precision beside it. */
    @Test
    void adamWFollowsItsFormulaAndClips() {
        ParameterStore store = new ParameterStore();
        Parameter decayed = store.weight("a", new float[] {2}, 1);
        Parameter plain = store.plain("b", new float[] {-1}, 1);
        store.seal();
        AdamW optimizer = new AdamW(0.9, 0.99, 1e-8, 0.1, 3);
        double[] x = {2, -1};
        double[] m = new double[2];
        double[] v = new double[2];
        for (int step = 1; step <= 5; step++) {
            double[] g = {2 * x[0], 12 * x[1] * x[1] * x[1]};
            double norm = Math.hypot(g[0], g[1]);
            try (PointerScope _ = new PointerScope()) {
                store.gradients().zero_();
                Tensor a = decayed.tensor();
                Tensor b = plain.tensor();
                Tensors.sumOf(
                                a.square().sum(),
                                Tensors.scale(b.square().square(), 3).sum())
                        .backward();
                assertEquals(norm, optimizer.step(store, step, 0.1), 1e-4 * norm);
            }
            for (int i = 0; i < 2; i++) {
                double clipped = g[i] * Math.min(1, 3 / norm);
                m[i] = 0.9 * m[i] + 0.1 * clipped;
                v[i] = 0.99 * v[i] + 0.01 * clipped * clipped;
                x[i] -= i == 0 ? 0.1 * 0.1 * x[i] : 0;
                x[i] -= 0.1
                        * (m[i] / (1 - Math.pow(0.9, step)))
                        / (Math.sqrt(v[i] / (1 - Math.pow(0.99, step))) + 1e-8);
            }
        }
        float[] values = store.state().get("parameters");
        assertEquals(x[0], values[0], 1e-4);
        assertEquals(x[1], values[1], 1e-4);
    }

    @Test
    void scheduleWarmsUpAndFalls() {
        Schedule schedule = new Schedule(2, 10, 110, 0.1);
        assertEquals(0.2, schedule.at(1), 1e-12);
        assertEquals(2, schedule.at(10), 1e-12);
        assertEquals(2 * (0.1 + 0.9 / 2), schedule.at(60), 1e-12);
        assertEquals(0.2, schedule.at(110), 1e-12);
    }
}
