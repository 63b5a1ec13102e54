package dev.tessera.vqmodels.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DiscreteLogisticTest {
    private static final double CERTAIN = Math.exp(-18);

    private static double scale(int index) {
        return Math.pow(2, (index - 30) / 6.0);
    }

    /** The mass below (left) or above (right) a border; both are exact where they are small. */
    private static double tail(int mean, int scale, double border, boolean left) {
        double t = (border - mean / 64.0) / scale(scale);
        return 1 / (1 + Math.exp(left ? -t : t));
    }

    private static double mass(int mean, int scale, int from, int to) {
        boolean left = from + to < 2 * mean / 64.0;
        double a = from == DiscreteLogistic.NONE ? (left ? 0 : 1) : tail(mean, scale, from - 0.5, left);
        double b = to == DiscreteLogistic.ALL ? (left ? 1 : 0) : tail(mean, scale, to + 0.5, left);
        return Math.abs(a - b);
    }

    private static void check(double below, double above, int found, String what) {
        if (below + above > CERTAIN) {
            double exact = Math.clamp(65_536 * below / (below + above), 1, 65_535);
            assertEquals(exact, found, 2, what);
        }
        assertTrue(found >= 1 && found <= 65_535, what);
    }

    @Property(tries = 2000)
    void decisionsHaveTheProbabilitiesOfTheLogistic(
            @ForAll @IntRange(min = -3000, max = 3000) int mean,
            @ForAll @IntRange(min = 0, max = 63) int scale,
            @ForAll @IntRange(min = -60, max = 60) int split,
            @ForAll @IntRange(min = 0, max = 20) int down,
            @ForAll @IntRange(min = 1, max = 20) int up) {
        int least = down == 20 ? DiscreteLogistic.NONE : split - down;
        int most = up == 20 ? DiscreteLogistic.ALL : split + up;
        double below = mass(mean, scale, least, split);
        double above = mass(mean, scale, split + 1, most);
        String what = mean + " " + scale + ": " + least + " <= " + split + " <= " + most;
        check(below, above, DiscreteLogistic.atMost(mean, scale, split, least, most), what);
    }

    @Property(tries = 1000)
    void zeroSignAndMagnitudeToo(
            @ForAll @IntRange(min = -3000, max = 3000) int mean,
            @ForAll @IntRange(min = 0, max = 63) int scale,
            @ForAll @IntRange(min = 1, max = 50) int magnitude) {
        double negative = mass(mean, scale, DiscreteLogistic.NONE, -1);
        double positive = mass(mean, scale, 1, DiscreteLogistic.ALL);
        String what = mean + " " + scale + " " + magnitude;
        check(mass(mean, scale, 0, 0), negative + positive, DiscreteLogistic.zero(mean, scale), what);
        check(positive, negative, DiscreteLogistic.positive(mean, scale), what);
        check(
                mass(mean, scale, magnitude + 1, DiscreteLogistic.ALL),
                mass(mean, scale, magnitude, magnitude),
                DiscreteLogistic.beyond(mean, scale, true, magnitude),
                what);
        check(
                mass(mean, scale, DiscreteLogistic.NONE, -magnitude - 1),
                mass(mean, scale, -magnitude, -magnitude),
                DiscreteLogistic.beyond(mean, scale, false, magnitude),
                what);
    }

    @Property(tries = 500)
    void mirroredMeansGiveMirroredDecisions(
            @ForAll int mean, @ForAll int scale, @ForAll @IntRange(min = 1, max = 1 << 20) int magnitude) {
        int m = mean == Integer.MIN_VALUE ? 0 : mean;
        assertEquals(
                DiscreteLogistic.beyond(m, scale, true, magnitude),
                DiscreteLogistic.beyond(-m, scale, false, magnitude),
                1);
        assertEquals(65_536, DiscreteLogistic.positive(m, scale) + DiscreteLogistic.positive(-m, scale), 1);
        assertEquals(DiscreteLogistic.zero(m, scale), DiscreteLogistic.zero(-m, scale));
    }

    @Test
    void everyArgumentGivesAProbability() {
        int[] ends = {Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -1, 0, 1, Integer.MAX_VALUE - 1, Integer.MAX_VALUE};
        for (int mean : ends) {
            for (int scale : ends) {
                for (int split : new int[] {-1 << 30, 0, 1 << 30}) {
                    int p = DiscreteLogistic.atMost(mean, scale, split, DiscreteLogistic.NONE, DiscreteLogistic.ALL);
                    assertTrue(p >= 1 && p <= 65_535);
                    p = DiscreteLogistic.atMost(mean, scale, split, split, split + 1);
                    assertTrue(p >= 1 && p <= 65_535);
                }
            }
        }
    }

    /** Integers alone, so these hold for every version and machine: files depend on them. */
    @Test
    void golden() {
        int[] found = new int[8];
        int hash = 1;
        for (int i = 0; i < 40_000; i++) {
            int p = DiscreteLogistic.atMost(i * 37 % 4001 - 2000, i % 64, i * 11 % 31 - 15, -16, 16);
            found[i % 8] = p;
            hash = 31 * hash + p;
        }
        assertArrayEquals(new int[] {43171, 5665, 25575, 49548, 10058, 31415, 54743, 14621}, found);
        assertEquals(-1_370_038_289, hash);
    }
}
