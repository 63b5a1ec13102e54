package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.training.PlaneRefinement;
import dev.tessera.vqmodels.training.PlaneRefinement.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RefinementTrainingTest {
    private static final int SIDE = 48; // squares
    private static final int LAYERS = 2;

    private static PlaneRefinement order(int steps, List<String> lines) {
        return new PlaneRefinement(6, LAYERS, steps, .01, .05, 1, 3, 1, lines::add);
    }

    /** Waves that lost a third of their contrast. */
    private static List<Pair> pairs() {
        SplittableRandom random = new SplittableRandom(1);
        List<Pair> pairs = new ArrayList<>();
        int around = SIDE + 2 * LAYERS;
        for (int i = 0; i < 6; i++) {
            short[] in = new short[2 * around * around];
            short[] base = new short[4 * SIDE * SIDE];
            short[] target = new short[base.length];
            double fx = random.nextDouble() / 2;
            double fy = random.nextDouble() / 2;
            for (int k = 0; k < base.length; k++) {
                double wave = Math.sin(k % (2 * SIDE) * fx + k / (2 * SIDE) * fy);
                base[k] = (short) (2000 + 600 * wave);
                target[k] = (short) (2000 + 900 * wave);
            }
            for (int k = 0; k < around * around; k++) {
                int x = Math.clamp(k % around - LAYERS, 0, SIDE - 1);
                int y = Math.clamp(k / around - LAYERS, 0, SIDE - 1);
                in[k] = (short) (base[2 * y * 2 * SIDE + 2 * x] - 2040);
            }
            pairs.add(new Pair(2, LAYERS, SIDE, SIDE, in, base, target));
        }
        return pairs;
    }

    @Test
    void lostContrastIsRestoredOnPlanesKeptOut() {
        List<String> lines = new ArrayList<>();
        PlaneRefinement.Trained trained = new RefinementTraining(order(120, lines), pairs()).run();
        assertTrue(trained.decibels() > 2, trained.decibels() + " dB");
        assertEquals(10, lines.size());
        assertTrue(lines.getLast().startsWith("step 120 of 120: MS-SSIM of 1 planes kept out +"), lines.getLast());
        assertEquals(2, trained.layers().size());
        assertEquals(6 * 4 * 9, trained.layers().getLast().weights().length);
    }

    @Test
    void theSameOrderMakesTheSameNetwork() {
        List<Pair> pairs = pairs();
        float[] first = new RefinementTraining(order(5, new ArrayList<>()), pairs)
                .run()
                .layers()
                .getFirst()
                .weights();
        float[] again = new RefinementTraining(order(5, new ArrayList<>()), pairs)
                .run()
                .layers()
                .getFirst()
                .weights();
        assertArrayEquals(first, again);
    }

    @Test
    void onePairIsTooFew() {
        PlaneRefinement order = order(5, new ArrayList<>());
        assertThrows(IllegalArgumentException.class, () -> new RefinementTraining(order, pairs().subList(0, 1)));
        assertThrows(
                IllegalArgumentException.class, () -> new Pair(2, 2, 4, 4, new short[9], new short[64], new short[64]));
    }
}
