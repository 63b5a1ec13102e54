package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** {@link GridModel} of indices that have lost their last digits. */
class ShortIndexTest {
    private static final int SIDE = 24;

    private static GridPrior blank(int size) {
        return GridPrior.blank(GridSpec.ordered(new int[] {size}, 12));
    }

    /** Slow waves: full indices whose leading digits resemble those beside them. */
    private static int[] waves(int size, int seed) {
        Random random = new Random(seed);
        int[] tokens = new int[SIDE * SIDE];
        for (int i = 0; i < tokens.length; i++) {
            int coarse = (i / SIDE / 6 + i % SIDE / 6 * 3 + seed) % 8;
            tokens[i] = Math.min(size - 1, coarse * size / 8 + random.nextInt(size / 8));
        }
        return tokens;
    }

    @Property(tries = 60)
    void anyGridComesBackAndCostsWhatItTakes(
            @ForAll long seed,
            @ForAll @IntRange(min = 17, max = 900) int size,
            @ForAll @IntRange(min = 0, max = 4) int dropped)
            throws CorruptBitstreamException {
        Random random = new Random(seed);
        int count = GridModel.shortened(size, dropped);
        int[] tokens = random.ints(SIDE * SIDE, 0, count).toArray();
        GridModel model = new GridModel(blank(size), SIDE, SIDE, dropped);
        RangeEncoder encoder = new RangeEncoder();
        double bits = 0;
        for (int i = 0; i < tokens.length; i++) {
            bits += model.cost(0, i / SIDE, i % SIDE, tokens[i]) / 65536.0;
            model.encode(encoder, 0, i / SIDE, i % SIDE, tokens[i]);
        }
        byte[] bytes = encoder.finish();
        assertEquals(bits / 8, bytes.length, bits / 8 * 0.002 + 2);
        GridModel reader = new GridModel(blank(size), SIDE, SIDE, dropped);
        RangeDecoder decoder = new RangeDecoder(bytes);
        int[] back = new int[tokens.length];
        for (int i = 0; i < back.length; i++) {
            back[i] = reader.decode(decoder, 0, i / SIDE, i % SIDE);
        }
        assertArrayEquals(tokens, back);
    }

    /** What was learnt of whole indices predicts short ones. */
    @Test
    void onePriorServesAllLengths() {
        int size = 512;
        GridModel teacher = new GridModel(blank(size), SIDE, SIDE);
        for (int seed = 0; seed < 8; seed++) {
            int[] tokens = waves(size, seed);
            teacher = teacher.next(SIDE, SIDE);
            for (int i = 0; i < tokens.length; i++) {
                teacher.observe(0, i / SIDE, i % SIDE, tokens[i]);
            }
        }
        for (int dropped : new int[] {2, 4, 5}) {
            long cold = cost(blank(size), dropped);
            long warm = cost(teacher.toPrior(), dropped);
            assertTrue(warm < 0.9 * cold, dropped + " dropped: " + warm + " after a prior, " + cold + " without");
        }
    }

    private static long cost(GridPrior prior, int dropped) {
        GridModel model = new GridModel(prior, SIDE, SIDE, dropped);
        int[] tokens = waves(512, 9);
        long cost = 0;
        for (int i = 0; i < tokens.length; i++) {
            cost += model.cost(0, i / SIDE, i % SIDE, tokens[i] >> dropped);
            model.observe(0, i / SIDE, i % SIDE, tokens[i] >> dropped);
        }
        return cost;
    }

    @Test
    void aDigitMustBeLeft() {
        for (int dropped : new int[] {-1, 9, 40}) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> new GridModel(blank(512), 1, 1, dropped))
                    .getMessage();
            assertTrue(message.contains("dropped is " + dropped) && message.contains("[0, 9)"), message);
        }
        GridModel model = new GridModel(blank(512), 1, 1, 8);
        assertThrows(IllegalArgumentException.class, () -> model.observe(0, 0, 0, 2));
    }
}
