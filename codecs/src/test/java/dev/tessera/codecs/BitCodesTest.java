package dev.tessera.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BitCodesTest {
    @Property(tries = 300)
    void everyMixtureOfCodesComesBack(@ForAll long seed) throws Exception {
        BitWriter out = new BitWriter();
        calls(seed, out, null);
        BitReader in = new BitReader(out.toBytes());
        assertEquals((out.length() + 7) / 8 * 8, in.unreadBits());
        calls(seed, null, in);
        in.finish();
    }

    private static void calls(long seed, BitWriter out, BitReader in) throws CorruptBitstreamException {
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            long value = random.nextLong() >>> 1 + random.nextInt(63);
            int parameter = random.nextInt(63);
            int count = random.nextInt(65);
            long bits = count == 0 ? 0 : random.nextLong() >>> 64 - count;
            switch (random.nextInt(5)) {
                case 0 -> {
                    if (out != null) {
                        out.bits(bits, count);
                    } else {
                        assertEquals(bits, in.bits(count));
                    }
                }
                case 1 -> {
                    if (out != null) {
                        out.unary(count);
                    } else {
                        assertEquals(count, in.unary(64));
                    }
                }
                case 2 -> {
                    if (out != null) {
                        out.eliasGamma(Math.max(1, value));
                    } else {
                        assertEquals(Math.max(1, value), in.eliasGamma());
                    }
                }
                case 3 -> {
                    if (out != null) {
                        out.eliasDelta(Math.max(1, value));
                    } else {
                        assertEquals(Math.max(1, value), in.eliasDelta());
                    }
                }
                default -> {
                    if (out != null) {
                        out.golombRice(value, parameter);
                    } else {
                        assertEquals(value, in.golombRice(parameter));
                    }
                }
            }
        }
    }

    @Test
    void codesHaveTheirPublishedLengths() {
        for (long v : new long[] {1, 2, 3, 4, 7, 8, 1000, 1L << 40, Long.MAX_VALUE}) {
            int log = 63 - Long.numberOfLeadingZeros(v);
            BitWriter gamma = new BitWriter();
            gamma.eliasGamma(v);
            assertEquals(2L * log + 1, gamma.length());
            BitWriter delta = new BitWriter();
            delta.eliasDelta(v);
            assertEquals(log + 2L * (31 - Integer.numberOfLeadingZeros(log + 1)) + 1, delta.length());
        }
        BitWriter rice = new BitWriter();
        rice.golombRice(77, 4);
        assertEquals(77 / 16 + 1 + 4, rice.length());
        rice.golombRice(Long.MAX_VALUE, 0);
        assertTrue(rice.length() < 9 + 32 + 80);
    }

    @Test
    void theRiceParameterSuitsTheMean() {
        assertEquals(0, BitWriter.riceParameter(0, 10));
        assertEquals(0, BitWriter.riceParameter(10, 10));
        assertEquals(1, BitWriter.riceParameter(11, 10));
        assertEquals(7, BitWriter.riceParameter(1000, 10));
        assertEquals(62, BitWriter.riceParameter(Long.MAX_VALUE, 1));
    }

    @Test
    void goldenStreams() throws Exception {
        BitWriter rice = new BitWriter();
        BitWriter elias = new BitWriter();
        for (int i = 0; i < 100; i++) {
            rice.golombRice((long) i * i, i % 7);
            elias.eliasGamma(1 + (long) i * i);
            elias.eliasDelta(1 + (long) i * i * i * i * i);
        }
        CoderSupport.assertGolden("golomb-rice.bin", rice.toBytes());
        CoderSupport.assertGolden("elias.bin", elias.toBytes());
    }

    @Test
    void damagedBitsAreRefusedOrOtherValues() {
        BitWriter out = new BitWriter();
        for (int i = 0; i < 40; i++) {
            out.golombRice(i * 7919L, i % 12);
            out.eliasGamma(i + 1);
            out.eliasDelta(i * 1_000_003L + 1);
        }
        byte[] bytes = out.toBytes();
        SplittableRandom random = new SplittableRandom(1);
        int refused = 0;
        for (int t = 0; t < 3000; t++) {
            BitReader in = new BitReader(CoderSupport.damage(bytes, random));
            try {
                for (int i = 0; i < 40; i++) {
                    assertTrue(in.golombRice(i % 12) >= 0);
                    assertTrue(in.eliasGamma() > 0);
                    assertTrue(in.eliasDelta() > 0);
                }
                in.finish();
            } catch (CorruptBitstreamException e) {
                refused++;
            }
        }
        assertTrue(refused > 1000, refused + " of 3000 refused");
    }

    @Test
    void badArgumentsAreRefused() {
        BitWriter out = new BitWriter();
        assertThrows(IllegalArgumentException.class, () -> out.bits(4, 2));
        assertThrows(IllegalArgumentException.class, () -> out.eliasGamma(0));
        assertThrows(IllegalArgumentException.class, () -> out.golombRice(-1, 3));
        assertThrows(IllegalArgumentException.class, () -> out.golombRice(1, 63));
        assertThrows(IllegalArgumentException.class, () -> new BitReader(new byte[9]).bits(65));
        assertThrows(CorruptBitstreamException.class, () -> new BitReader(new byte[1]).bits(9));
    }
}
