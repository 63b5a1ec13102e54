package dev.tessera.codecs.rans;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CoderSupport;
import dev.tessera.codecs.CorruptBitstreamException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FrequencyTableTest {
    static long[] randomCounts(SplittableRandom random, int alphabetSize) {
        long[] counts = new long[alphabetSize];
        long scale = 1L << random.nextInt(40);
        for (int s = 0; s < alphabetSize; s++) {
            counts[s] = random.nextInt(4) == 0 ? 0 : (long) (scale * Math.pow(random.nextDouble(), 6));
        }
        counts[random.nextInt(alphabetSize)]++;
        return counts;
    }

    @Property(tries = 200)
    void tablesComeBackFromBytes(
            @ForAll long seed,
            @ForAll @IntRange(min = 8, max = 16) int bits,
            @ForAll @IntRange(min = 0, max = 11) int log)
            throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        int alphabetSize = 1 + random.nextInt(Math.min(1 << log, 1 << bits));
        FrequencyTable table = FrequencyTable.fromCounts(randomCounts(random, alphabetSize), bits);
        FrequencyTable again = FrequencyTable.fromBytes(table.toBytes());
        assertEquals(table, again);
        assertEquals(bits, again.bits());
        int[] frequencies =
                IntStream.range(0, alphabetSize).map(again::frequency).toArray();
        assertEquals(1 << bits, IntStream.of(frequencies).sum());
        assertEquals(table, FrequencyTable.of(frequencies, bits));
    }

    /** The oracle: all at one slot, then slot by slot to whoever saves most, in double precision. */
    @Property(tries = 100)
    void noOtherTableCodesTheCountsInFewerBits(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int alphabetSize = 1 + random.nextInt(40);
        long[] counts = randomCounts(random, alphabetSize);
        int bits = 8 + random.nextInt(3);
        int[] best = new int[alphabetSize];
        int left = 1 << bits;
        for (int s = 0; s < alphabetSize; s++) {
            best[s] = counts[s] > 0 ? 1 : 0;
            left -= best[s];
        }
        for (; left > 0; left--) {
            int winner = -1;
            double most = -1;
            for (int s = 0; s < alphabetSize; s++) {
                double gain = counts[s] > 0 ? counts[s] * Math.log1p(1.0 / best[s]) : -1;
                if (gain > most) {
                    most = gain;
                    winner = s;
                }
            }
            best[winner]++;
        }
        FrequencyTable table = FrequencyTable.fromCounts(counts, bits);
        double ideal = 0;
        double actual = 0;
        for (int s = 0; s < alphabetSize; s++) {
            if (counts[s] > 0) {
                assertTrue(table.frequency(s) > 0);
                ideal -= counts[s] * Math.log((double) best[s] / (1 << bits));
                actual -= counts[s] * Math.log((double) table.frequency(s) / (1 << bits));
            } else {
                assertEquals(0, table.frequency(s));
            }
        }
        assertTrue(actual <= ideal * (1 + 1e-9) + 1e-9, actual + " nats, best is " + ideal);
    }

    @Test
    void aSmoothTableIsSmall() {
        long[] counts = new long[256];
        for (int s = 0; s < 256; s++) {
            counts[s] = 1 + Math.round(1e6 * Math.exp(-s / 30.0));
        }
        int length = FrequencyTable.fromCounts(counts, 12).toBytes().length;
        assertTrue(length < 100, length + " bytes");
        assertTrue(FrequencyTable.fromCounts(new long[] {0, 5}, 12).toBytes().length <= 4);
        long[] sparse = new long[65536];
        sparse[40000] = 3;
        sparse[65535] = 1;
        assertTrue(FrequencyTable.fromCounts(sparse, 16).toBytes().length < 70);
    }

    @Test
    void damagedTablesAreRefused() {
        SplittableRandom random = new SplittableRandom(5);
        byte[] bytes = FrequencyTable.fromCounts(randomCounts(random, 300), 12).toBytes();
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] damaged = CoderSupport.damage(bytes, random);
            try {
                FrequencyTable table = FrequencyTable.fromBytes(damaged);
                assertArrayEquals(damaged, table.toBytes()); // another valid table, or no change
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 500, refused + " of 1000 refused");
    }

    @Test
    void badArgumentsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> FrequencyTable.fromCounts(new long[3], 12));
        assertThrows(IllegalArgumentException.class, () -> FrequencyTable.fromCounts(new long[] {1, -1}, 12));
        assertThrows(IllegalArgumentException.class, () -> FrequencyTable.fromCounts(new long[] {1}, 7));
        assertThrows(IllegalArgumentException.class, () -> FrequencyTable.fromCounts(new long[] {1}, 17));
        long[] many = new long[257];
        java.util.Arrays.fill(many, 1);
        assertThrows(IllegalArgumentException.class, () -> FrequencyTable.fromCounts(many, 8));
        assertThrows(IllegalArgumentException.class, () -> FrequencyTable.of(new int[] {255}, 8));
        assertThrows(IllegalArgumentException.class, () -> FrequencyTable.of(new int[] {257, -1}, 8));
    }
}
