package dev.tessera.codecs.rans;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.AdaptiveSymbolModel;
import dev.tessera.codecs.CoderSupport;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.EntropyDecoder;
import dev.tessera.codecs.EntropyEncoder;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import java.math.BigInteger;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Both coders behind {@link EntropyEncoder}: what one call takes, the same call gives back. */
class BufferedRansTest {
    /** A fixed sequence of calls by seed; with an encoder it writes, with a decoder it checks. */
    private static void calls(long seed, int calls, EntropyEncoder encoder, EntropyDecoder decoder) {
        Random random = new Random(seed);
        for (int i = 0; i < calls; i++) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    int p = random.nextBoolean() ? 1 + random.nextInt(65535) : random.nextBoolean() ? 1 : 65535;
                    int bit = random.nextInt(2);
                    if (encoder != null) {
                        encoder.encodeBit(bit, p);
                    } else {
                        assertEquals(bit, decoder.decodeBit(p));
                    }
                }
                case 1 -> {
                    int total = 1 + random.nextInt(1 << random.nextInt(EntropyEncoder.MAX_TOTAL_BITS + 1));
                    int frequency = 1 + random.nextInt(random.nextBoolean() ? total : 1);
                    int cumulative = random.nextInt(total - frequency + 1);
                    if (encoder != null) {
                        encoder.encode(cumulative, frequency, total);
                    } else {
                        int c = decoder.decodeCumulative(total);
                        assertTrue(c >= cumulative && c < cumulative + frequency, c + " of " + total);
                        decoder.advance(cumulative, frequency, total);
                    }
                }
                case 2 -> {
                    int bound = Math.max(1, (random.nextInt() & Integer.MAX_VALUE) >>> random.nextInt(31));
                    int value = random.nextBoolean() ? random.nextInt(bound) : bound - 1;
                    if (encoder != null) {
                        encoder.encodeUniform(value, bound);
                    } else {
                        assertEquals(value, decoder.decodeUniform(bound));
                    }
                }
                case 3 -> {
                    long bound = Math.max(1, (random.nextLong() & Long.MAX_VALUE) >>> random.nextInt(63));
                    long value = random.nextInt(3) > 0 ? (long) (random.nextDouble() * bound) : bound - 1;
                    if (encoder != null) {
                        encoder.encodeUniform(value, bound);
                    } else {
                        assertEquals(value, decoder.decodeUniform(bound));
                    }
                }
                default -> {
                    BigInteger bound = new BigInteger(1 + random.nextInt(300), random).add(BigInteger.ONE);
                    BigInteger value = random.nextInt(3) > 0
                            ? new BigInteger(310, random).mod(bound)
                            : bound.subtract(BigInteger.ONE);
                    if (encoder != null) {
                        encoder.encodeUniform(value, bound);
                    } else {
                        assertEquals(value, decoder.decodeUniform(bound));
                    }
                }
            }
        }
    }

    @Property(tries = 300)
    void everyMixtureOfCallsComesBack(@ForAll long seed, @ForAll @IntRange(min = 0, max = 200) int calls)
            throws Exception {
        BufferedRansEncoder encoder = new BufferedRansEncoder();
        calls(seed, calls, encoder, null);
        BufferedRansDecoder decoder = new BufferedRansDecoder(encoder.finish());
        calls(seed, calls, null, decoder);
        decoder.finish();
        RangeEncoder range = new RangeEncoder();
        calls(seed, calls, range, null);
        calls(seed, calls, null, new RangeDecoder(range.finish()));
    }

    @Test
    void goldenStream() throws Exception {
        BufferedRansEncoder encoder = new BufferedRansEncoder();
        for (int i = 0; i < 100; i++) {
            encoder.encodeBit(i % 3 == 0 ? 1 : 0, 20000 + 100 * i);
            encoder.encode(i, 3, 1 + 100 * (i + 1));
            encoder.encodeUniform(i * i, 40001 * (i + 1));
            encoder.encodeUniform(i * 12345678901L, 1L << 42);
            encoder.encodeUniform(BigInteger.valueOf(i).pow(20), BigInteger.TEN.pow(40));
        }
        CoderSupport.assertGolden("buffered-rans.bin", encoder.finish());
    }

    @Test
    void uniformValuesCostTheLogarithmOfTheBound() {
        BigInteger prime = BigInteger.TWO.pow(89).subtract(BigInteger.ONE);
        BigInteger narrow = BigInteger.TWO.pow(90).add(BigInteger.ONE); // a first digit of 1 bit would waste one here
        long wide = (1L << 60) + 1;
        Random random = new Random(1);
        RangeEncoder encoder = new RangeEncoder();
        int n = 2000;
        for (int i = 0; i < n; i++) {
            encoder.encodeUniform(new BigInteger(200, random).mod(prime), prime);
            encoder.encodeUniform(new BigInteger(200, random).mod(narrow), narrow);
            encoder.encodeUniform((random.nextLong() & Long.MAX_VALUE) % wide, wide);
        }
        double bits = 8.0 * encoder.finish().length;
        double ideal = n * (89 + 90 + 60.0);
        assertTrue(bits <= ideal + 16 && bits >= ideal - 16, bits + " bits, ideal " + ideal);
    }

    @Test
    void theTypeOfTheBoundDoesNotMatter() {
        RangeEncoder narrow = new RangeEncoder();
        RangeEncoder wide = new RangeEncoder();
        for (int i = 0; i < 100; i++) {
            narrow.encodeUniform(i, 1000 + i);
            narrow.encodeUniform(i * 5_000_000_000L, 1L << 50);
            wide.encodeUniform((long) i, 1000L + i);
            wide.encodeUniform(BigInteger.valueOf(i * 5_000_000_000L), BigInteger.ONE.shiftLeft(50));
        }
        assertArrayEquals(narrow.finish(), wide.finish());
    }

    @Test
    void anAdaptiveModelCostsTheSameOnBothCoders() throws Exception {
        int[] symbols = CoderSupport.draw(1, 100_000, 300, s -> 1 / (s + 1.0));
        RangeEncoder range = new RangeEncoder();
        BufferedRansEncoder rans = new BufferedRansEncoder();
        AdaptiveSymbolModel first = new AdaptiveSymbolModel(300);
        AdaptiveSymbolModel second = new AdaptiveSymbolModel(300);
        for (int s : symbols) {
            first.encode(range, s);
            second.encode(rans, s);
        }
        byte[] stream = rans.finish();
        int length = range.finish().length;
        assertTrue(Math.abs(stream.length - length) <= 20, stream.length + " against " + length + " bytes");
        BufferedRansDecoder decoder = new BufferedRansDecoder(stream);
        AdaptiveSymbolModel again = new AdaptiveSymbolModel(300);
        for (int s : symbols) {
            assertEquals(s, again.decode(decoder));
        }
        decoder.finish();
    }

    @Test
    void damageIsRefused() {
        BufferedRansEncoder encoder = new BufferedRansEncoder();
        AdaptiveSymbolModel model = new AdaptiveSymbolModel(50);
        int[] symbols = CoderSupport.draw(1, 200, 50, s -> 1 / (s + 1.0));
        for (int s : symbols) {
            model.encode(encoder, s);
        }
        byte[] stream = encoder.finish();
        SplittableRandom random = new SplittableRandom(4);
        int unnoticed = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = CoderSupport.damage(stream, random);
            if (java.util.Arrays.equals(damaged, stream)) {
                continue;
            }
            try {
                BufferedRansDecoder decoder = new BufferedRansDecoder(damaged);
                AdaptiveSymbolModel again = new AdaptiveSymbolModel(50);
                for (int j = 0; j < symbols.length; j++) {
                    again.decode(decoder);
                }
                decoder.finish();
                unnoticed++;
            } catch (CorruptBitstreamException e) {
                assertTrue(e.offset() >= 0 && e.offset() <= damaged.length, e::getMessage);
            }
        }
        assertTrue(unnoticed <= 3, unnoticed + " of 3000 unnoticed");
    }

    @Test
    void badArgumentsAreRefused() {
        BufferedRansEncoder encoder = new BufferedRansEncoder();
        assertThrows(IllegalArgumentException.class, () -> encoder.encode(5, 6, 10));
        assertThrows(IllegalArgumentException.class, () -> encoder.encodeBit(1, 0));
        assertThrows(IllegalArgumentException.class, () -> encoder.encodeUniform(3, 3));
        assertThrows(IllegalArgumentException.class, () -> encoder.encodeUniform(-1L, 1L << 40));
        assertThrows(
                IllegalArgumentException.class, () -> encoder.encodeUniform(BigInteger.TWO.pow(90), BigInteger.TEN));
    }
}
