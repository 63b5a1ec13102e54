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

class GridModelTest {
    @Property(tries = 40)
    void anyGridComesBack(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 9) int height,
            @ForAll @IntRange(min = 0, max = 9) int width) {
        Random random = new Random(seed);
        int[] sizes = random.ints(1 + random.nextInt(4), 1, 700).toArray();
        GridPrior prior = GridPrior.blank(GridSpec.of(sizes, random.nextBoolean()));
        int[] tokens = new int[height * width * sizes.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(3) == 0 ? 0 : random.nextInt(sizes[i % sizes.length]);
        }
        byte[] bytes = encode(prior, height, width, tokens);
        assertArrayEquals(tokens, decode(prior, height, width, bytes));
    }

    @Test
    void costIsWhatCodingTakes() {
        GridPrior prior = GridPrior.blank(GridSpec.of(new int[] {300, 300}, false));
        int[] tokens = smoothTokens(64, 64, 300, 2);
        GridModel model = new GridModel(prior, 64, 64);
        RangeEncoder encoder = new RangeEncoder();
        double bits = 0;
        for (int i = 0; i < tokens.length; i++) {
            int y = i / 2 / 64;
            int x = i / 2 % 64;
            bits += model.cost(i % 2, y, x, tokens[i]) / 65536.0;
            model.encode(encoder, i % 2, y, x, tokens[i]);
        }
        assertEquals(bits / 8, encoder.finish().length, bits / 8 * 0.002 + 2);
    }

    @Test
    void contextsAndPriorsBothPay() {
        int[] tokens = smoothTokens(48, 48, 256, 1);
        GridPrior blank = GridPrior.blank(GridSpec.of(new int[] {256}, false));
        int cold = encode(blank, 48, 48, tokens).length;
        assertTrue(cold < 48 * 48 * 0.75, cold + " bytes for tokens of 8 bits that hardly change");
        GridModel teacher = new GridModel(blank, 48, 48);
        int[] other = smoothTokens(48, 48, 256, 1, 99);
        for (int i = 0; i < other.length; i++) {
            teacher.observe(0, i / 48, i % 48, other[i]);
        }
        int warm = encode(teacher.toPrior(), 48, 48, tokens).length;
        assertTrue(warm < cold * 0.9, "warm " + warm + ", cold " + cold);
    }

    @Test
    void aPriorSurvivesItsSerialization() throws Exception {
        GridSpec spec = GridSpec.of(new int[] {50, 60}, true);
        GridModel teacher = new GridModel(GridPrior.blank(spec), 20, 20);
        int[] tokens = smoothTokens(20, 20, 50, 2);
        for (int i = 0; i < tokens.length; i++) {
            teacher.observe(i % 2, i / 2 / 20, i / 2 % 20, tokens[i]);
        }
        GridPrior prior = teacher.toPrior();
        GridPrior again = GridPrior.of(spec, prior.state());
        assertArrayEquals(prior.state(), again.state());
        assertArrayEquals(encode(prior, 20, 20, tokens), encode(again, 20, 20, tokens));
        assertThrows(CorruptBitstreamException.class, () -> GridPrior.of(spec, new byte[17]));
    }

    @Test
    void observingIsEncodingWithoutBytes() {
        GridPrior prior = GridPrior.blank(GridSpec.of(new int[] {99}, false));
        int[] tokens = smoothTokens(16, 16, 99, 1);
        GridModel a = new GridModel(prior, 16, 16);
        GridModel b = new GridModel(prior, 16, 16);
        RangeEncoder encoder = new RangeEncoder();
        for (int i = 0; i < tokens.length; i++) {
            a.encode(encoder, 0, i / 16, i % 16, tokens[i]);
            b.cost(0, i / 16, i % 16, 5);
            b.observe(0, i / 16, i % 16, tokens[i]);
        }
        assertArrayEquals(a.toPrior().state(), b.toPrior().state());
    }

    @Test
    void damagedBytesGiveTokensOrOurException() {
        int[] sizes = {5, 1000};
        GridPrior prior = GridPrior.blank(GridSpec.of(sizes, false));
        Random random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 300; round++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            GridModel model = new GridModel(prior, 8, 8);
            RangeDecoder decoder = new RangeDecoder(bytes);
            try {
                for (int i = 0; i < 128; i++) {
                    int index = model.decode(decoder, i % 2, i / 2 / 8, i / 2 % 8);
                    assertTrue(index >= 0 && index < sizes[i % 2]);
                }
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 0, "sizes that are no power of two must meet impossible tokens");
    }

    @Test
    void goldenSize() {
        GridPrior prior = GridPrior.blank(GridSpec.of(new int[] {256, 17}, true));
        byte[] bytes = encode(prior, 32, 32, smoothTokens(32, 32, 17, 2));
        assertEquals(GOLDEN, bytes.length + " " + java.util.Arrays.hashCode(bytes));
    }

    private static final String GOLDEN = "283 -2062221034";

    private static int[] smoothTokens(int height, int width, int size, int stages) {
        return smoothTokens(height, width, size, stages, 1);
    }

    /** A slow wave with a little noise, the same in both stages. */
    private static int[] smoothTokens(int height, int width, int size, int stages, long seed) {
        Random random = new Random(seed);
        int[] tokens = new int[height * width * stages];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int wave = (x * 3 + y * 5 + random.nextInt(3)) / 16 * 16 % size;
                for (int s = 0; s < stages; s++) {
                    tokens[(y * width + x) * stages + s] = Math.min(size - 1, wave);
                }
            }
        }
        return tokens;
    }

    private static byte[] encode(GridPrior prior, int height, int width, int[] tokens) {
        int stages = prior.spec().stages();
        GridModel model = new GridModel(prior, height, width);
        RangeEncoder encoder = new RangeEncoder();
        for (int i = 0; i < tokens.length; i++) {
            model.encode(encoder, i % stages, i / stages / width, i / stages % width, tokens[i]);
        }
        return encoder.finish();
    }

    private static int[] decode(GridPrior prior, int height, int width, byte[] bytes) {
        int stages = prior.spec().stages();
        GridModel model = new GridModel(prior, height, width);
        RangeDecoder decoder = new RangeDecoder(bytes);
        int[] tokens = new int[height * width * stages];
        try {
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = model.decode(decoder, i % stages, i / stages / width, i / stages % width);
            }
        } catch (CorruptBitstreamException e) {
            throw new AssertionError(e);
        }
        return tokens;
    }
}
