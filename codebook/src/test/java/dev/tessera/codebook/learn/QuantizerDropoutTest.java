package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class QuantizerDropoutTest {
    private static TreeSet<Integer> seen(QuantizerDropout dropout) {
        TreeSet<Integer> seen = new TreeSet<>();
        for (long seed = 0; seed < 500; seed++) {
            Arrays.stream(dropout.activeStages(4, seed)).forEach(seen::add);
        }
        return seen;
    }

    @Test
    void everyVariantDrawsWhatItsSourceDraws() {
        assertEquals(new TreeSet<>(List.of(3, 4, 5, 6, 7, 8)), seen(new QuantizerDropout.LastActive(8, 2, 1)));
        // last active stage 2..6, so 3..7 stages, rounded up to 4 and 8, of which there are 7
        assertEquals(new TreeSet<>(List.of(4, 7)), seen(new QuantizerDropout.LastActive(7, 2, 4)));
        assertEquals(new TreeSet<>(List.of(1, 2, 3)), seen(new QuantizerDropout.PerStep(3)));
        assertEquals(new TreeSet<>(List.of(1, 2, 3)), seen(new QuantizerDropout.PartOfRows(3, 1)));
        int[] half = new QuantizerDropout.PartOfRows(9, 0.5).activeStages(7, 4);
        assertArrayEquals(new int[] {9, 9, 9, 9}, Arrays.copyOfRange(half, 3, 7));
        int[] step = new QuantizerDropout.PerStep(9).activeStages(5, 4);
        assertEquals(1, Arrays.stream(step).distinct().count());
    }

    @Test
    void survivalIsTheFrequencyOfPassing() {
        for (QuantizerDropout dropout : List.of(
                new QuantizerDropout.LastActive(8, 3, 1),
                new QuantizerDropout.LastActive(7, 1, 4),
                new QuantizerDropout.PartOfRows(6, 0.5),
                new QuantizerDropout.PerStep(5))) {
            double[] passed = new double[dropout.stages()];
            int steps = 20_000;
            for (long seed = 0; seed < steps; seed++) {
                int[] active = dropout.activeStages(2, seed);
                assertArrayEquals(active, dropout.activeStages(2, seed));
                for (int n : active) {
                    assertTrue(n >= 1 && n <= dropout.stages());
                    for (int s = 0; s < n; s++) {
                        passed[s] += 0.5 / steps;
                    }
                }
            }
            assertArrayEquals(passed, dropout.survival(), 0.015, dropout.toString());
        }
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> new QuantizerDropout.LastActive(4, 4, 1));
        assertThrows(IllegalArgumentException.class, () -> new QuantizerDropout.LastActive(4, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new QuantizerDropout.LastActive(4, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new QuantizerDropout.PartOfRows(4, 1.5));
        assertThrows(IllegalArgumentException.class, () -> new QuantizerDropout.PartOfRows(4, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new QuantizerDropout.PerStep(0));
        assertThrows(IllegalArgumentException.class, () -> new QuantizerDropout.PerStep(2).activeStages(-1, 1));
    }
}
