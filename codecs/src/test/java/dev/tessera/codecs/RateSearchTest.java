package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RateSearchTest {
    /** Sizes that jump: 200 positions, each of which costs 10 bytes for a lambda below its own threshold and 1 above. */
    private static long size(float before, float after, int switchAt) {
        long bytes = 12;
        for (int i = 0; i < 200; i++) {
            float lambda = i < switchAt ? before : after;
            bytes += lambda < 100 * (1 + i % 4) ? 10 : 1;
        }
        return bytes;
    }

    @Property(tries = 200)
    void theBudgetIsNeverExceededAndWellUsed(@ForAll @IntRange(min = 212, max = 3000) int budget) {
        long found = RateSearch.withinBudget(RateSearchTest::size, Long::longValue, 200, budget, 5000);
        assertTrue(found <= budget);
        assertTrue(found >= Math.min(2012, budget * 0.97 - 9), found + " of " + budget);
    }

    @Test
    void theFinestFileIsTakenWhenItFits() {
        assertEquals(2012, RateSearch.<Long>withinBudget(RateSearchTest::size, Long::longValue, 200, 1 << 20, 5000));
    }

    @Test
    void aBudgetBelowTheSmallestFileNamesTheMinimum() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> RateSearch.withinBudget(RateSearchTest::size, Long::longValue, 200, 100, 5000));
        assertTrue(e.getMessage().contains("212"), e.getMessage());
    }
}
