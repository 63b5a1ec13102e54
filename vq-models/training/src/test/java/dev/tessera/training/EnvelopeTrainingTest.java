package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.training.EnvelopeRefinement;
import dev.tessera.vqmodels.training.EnvelopeRefinement.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EnvelopeTrainingTest {
    private static final int BANDS = 12;

    private static EnvelopeRefinement order(int steps, List<String> lines) {
        return new EnvelopeRefinement(4, 2, 8, List.of(3, 1), steps, .01, 3, 1, lines::add);
    }

    /** Envelopes that should be what the second map is where it is louder. */
    private static List<Pair> pairs(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int frames = 30 + 10 * i;
            int cells = BANDS * frames;
            short[] in = new short[2 * cells];
            short[] target = new short[cells];
            for (int k = 0; k < cells; k++) {
                in[k] = (short) random.nextInt(-1000, 1000);
                in[cells + k] = (short) random.nextInt(-1000, 1000);
                target[k] = (short) Math.max(in[k], in[cells + k]);
            }
            pairs.add(new Pair(2, BANDS, frames, in, new float[] {i}, target, -600));
        }
        return pairs;
    }

    @Test
    void aLouderMapIsFollowedInEnvelopesKeptOut() {
        List<String> lines = new ArrayList<>();
        EnvelopeRefinement.Trained trained = new EnvelopeTraining(order(250, lines), pairs(1), pairs(2)).run();
        assertTrue(trained.after() < 0.7 * trained.before(), trained.after() + " after " + trained.before());
        assertEquals(5, lines.size());
        assertTrue(lines.getLast().startsWith("step 250 of 250: distance of 4 envelopes kept out -"), lines.getLast());
        assertEquals(2, trained.local().size());
        assertEquals(3 * 4 * 9, trained.local().getFirst().weights().length);
        assertEquals(2, trained.wide().size());
        assertEquals((2 * BANDS + 1) * 8 * 3, trained.wide().getFirst().weights().length);
        assertEquals(BANDS, trained.wide().getLast().out());
    }

    /** What is below the floor in both does not count in the figure. */
    @Test
    void theDistanceIsThatAboveTheFloor() {
        short[] in = {-900, 100};
        short[] target = {-700, -650};
        Pair pair = new Pair(1, 1, 2, in, new float[0], target, -600);
        EnvelopeRefinement.Trained trained =
                new EnvelopeTraining(order(1, new ArrayList<>()), List.of(pair), List.of(pair)).run();
        assertEquals((0 + 700) / 2.0, trained.before(), 1e-3);
    }

    @Test
    void theSameOrderMakesTheSameNetworks() {
        float[] first = new EnvelopeTraining(order(5, new ArrayList<>()), pairs(1), pairs(2))
                .run()
                .wide()
                .getFirst()
                .weights();
        float[] again = new EnvelopeTraining(order(5, new ArrayList<>()), pairs(1), pairs(2))
                .run()
                .wide()
                .getFirst()
                .weights();
        assertArrayEquals(first, again);
    }

    @Test
    void bothKindsOfPairsAreNeeded() {
        EnvelopeRefinement order = order(5, new ArrayList<>());
        assertThrows(IllegalArgumentException.class, () -> new EnvelopeTraining(order, pairs(1), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new EnvelopeTraining(order, List.of(), pairs(1)));
    }
}
