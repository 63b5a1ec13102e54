package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RangeCoderTest {
    @Property(tries = 300)
    void everyMixtureOfCallsComesBack(@ForAll long seed, @ForAll @IntRange(min = 0, max = 400) int calls) {
        Random random = new Random(seed);
        int[] kinds = random.ints(calls, 0, 3).toArray();
        int[][] arguments = new int[calls][];
        RangeEncoder encoder = new RangeEncoder();
        for (int i = 0; i < calls; i++) {
            switch (kinds[i]) {
                case 0 -> {
                    int p = random.nextBoolean() ? 1 + random.nextInt(65535) : random.nextBoolean() ? 1 : 65535;
                    int bit = random.nextInt(2);
                    arguments[i] = new int[] {bit, p};
                    encoder.encodeBit(bit, p);
                }
                case 1 -> {
                    int total = 1 + random.nextInt(1 << random.nextInt(RangeEncoder.MAX_TOTAL_BITS + 1));
                    int frequency = 1 + random.nextInt(total);
                    int cumulative = random.nextInt(total - frequency + 1);
                    arguments[i] = new int[] {cumulative, frequency, total};
                    encoder.encode(cumulative, frequency, total);
                }
                default -> {
                    int bound = 1 + (random.nextInt() & Integer.MAX_VALUE >>> random.nextInt(31));
                    bound = Math.max(1, bound);
                    int value = random.nextInt(bound);
                    arguments[i] = new int[] {value, bound};
                    encoder.encodeUniform(value, bound);
                }
            }
        }
        RangeDecoder decoder = new RangeDecoder(encoder.finish());
        for (int i = 0; i < calls; i++) {
            int[] a = arguments[i];
            switch (kinds[i]) {
                case 0 -> assertEquals(a[0], decoder.decodeBit(a[1]));
                case 1 -> {
                    int c = decoder.decodeCumulative(a[2]);
                    assertTrue(c >= a[0] && c < a[0] + a[1], () -> c + " outside of " + a[0] + " + " + a[1]);
                    decoder.advance(a[0], a[1], a[2]);
                }
                default -> assertEquals(a[0], decoder.decodeUniform(a[1]));
            }
        }
        assertEquals(0, decoder.unreadBytes());
    }

    @Test
    void nothingCodedIsNoByte() {
        assertEquals(0, new RangeEncoder().finish().length);
    }

    @Test
    void goldenBytes() {
        RangeEncoder encoder = new RangeEncoder();
        for (int i = 0; i < 40; i++) {
            encoder.encodeBit(i % 3 == 0 ? 1 : 0, 20000 + 100 * i);
            encoder.encode(i, 3, 100);
            encoder.encodeUniform(i * i, 4001);
        }
        assertEquals(GOLDEN, HexFormat.of().formatHex(encoder.finish()));
    }

    private static final String GOLDEN =
            "00000c0a73716a942867b9dfd4950724f86389a26044d7b8c5d7ad8e74e84e2ba7b105ceb865f75523945750380736d6cd9030ef3f93c363608d68156f75ae3affebfd33695009919387cc3457afff08249c69e5684687ec63ce";

    @Test
    void aSkewedSourceCostsItsEntropy() {
        Random random = new Random(7);
        int n = 200_000;
        int p = 655; // 1 %
        RangeEncoder encoder = new RangeEncoder();
        double ideal = 0;
        for (int i = 0; i < n; i++) {
            int bit = random.nextInt(65536) < p ? 1 : 0;
            encoder.encodeBit(bit, p);
            ideal -= Math.log((bit == 1 ? p : 65536 - p) / 65536.0) / Math.log(2);
        }
        double bits = 8.0 * encoder.finish().length;
        assertTrue(bits <= ideal * 1.0005 + 16, bits + " bits, ideal " + ideal);
    }

    @Test
    void unreadBytesTellOfALongerStream() {
        RangeEncoder encoder = new RangeEncoder();
        encoder.encodeUniform(5, 1000);
        byte[] stream = java.util.Arrays.copyOf(encoder.finish(), 40);
        RangeDecoder decoder = new RangeDecoder(stream);
        assertEquals(5, decoder.decodeUniform(1000));
        assertTrue(decoder.unreadBytes() > 0);
    }

    @Test
    void intervalsOutsideOfTheTotalAreRefused() {
        RangeEncoder encoder = new RangeEncoder();
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(5, 6, 10));
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(0, 0, 10));
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(0, 1, (1 << 24) + 1));
        assertThrows(IllegalArgumentException.class, () -> encoder.encodeUniform(3, 3));
    }

    @Test
    void adaptiveSymbolsOfAnyAlphabetComeBack() {
        for (int alphabet : new int[] {1, 2, 3, 7, 256, 1000, 4375, 262_144}) {
            Random random = new Random(alphabet);
            int[] symbols =
                    random.ints(3000, 0, alphabet).map(s -> s / (1 + s % 3)).toArray();
            RangeEncoder encoder = new RangeEncoder();
            AdaptiveSymbolModel model = new AdaptiveSymbolModel(alphabet);
            for (int s : symbols) {
                model.encode(encoder, s);
            }
            RangeDecoder decoder = new RangeDecoder(encoder.finish());
            AdaptiveSymbolModel again = new AdaptiveSymbolModel(alphabet);
            int[] back = new int[symbols.length];
            for (int i = 0; i < back.length; i++) {
                back[i] = again.decode(decoder);
            }
            assertArrayEquals(symbols, back);
        }
    }

    @Test
    void theFenwickTreeAgreesWithPlainSums() {
        AdaptiveSymbolModel model = new AdaptiveSymbolModel(37);
        int[] plain = new int[37];
        java.util.Arrays.fill(plain, 1);
        Random random = new Random(3);
        int total = 37;
        for (int i = 0; i < 20_000; i++) {
            int s = (int) Math.abs(random.nextGaussian() * 6) % 37;
            if (total + AdaptiveSymbolModel.INCREMENT > 1 << 16) {
                total = 0;
                for (int k = 0; k < 37; k++) {
                    plain[k] = (plain[k] + 1) / 2;
                    total += plain[k];
                }
            }
            plain[s] += AdaptiveSymbolModel.INCREMENT;
            total += AdaptiveSymbolModel.INCREMENT;
            model.update(s);
        }
        assertEquals(total, model.total());
        int cumulative = 0;
        for (int k = 0; k < 37; k++) {
            assertEquals(plain[k], model.frequency(k));
            assertEquals(cumulative, model.cumulative(k));
            assertEquals(k, model.symbolAt(cumulative));
            cumulative += plain[k];
            assertEquals(k, model.symbolAt(cumulative - 1));
        }
    }
}
