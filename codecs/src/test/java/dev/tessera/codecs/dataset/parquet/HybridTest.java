package dev.tessera.codecs.dataset.parquet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HybridTest {
    private static int[] decode(byte[] bytes, int count, int bitWidth) throws CorruptBitstreamException {
        HybridReader reader = new HybridReader(bytes, 0, bytes.length, bitWidth, 0);
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = reader.next();
        }
        return values;
    }

    /** The example of the format's specification, Encodings.md: 0 to 7 in three bits each. */
    @Test
    void packsAsTheSpecificationShows() throws CorruptBitstreamException {
        int[] values = {0, 1, 2, 3, 4, 5, 6, 7};
        byte[] expected = {3, (byte) 0b10001000, (byte) 0b11000110, (byte) 0b11111010};
        assertArrayEquals(expected, HybridWriter.encode(values, 0, 8, 3));
        assertArrayEquals(values, decode(expected, 8, 3));
    }

    @Test
    void longRunsTakeAFewBytes() throws CorruptBitstreamException {
        int[] values = new int[100_003];
        Arrays.fill(values, 1, 100_000, 300);
        byte[] encoded = HybridWriter.encode(values, 0, values.length, 9);
        assertTrue(encoded.length < 32, encoded.length + " bytes");
        assertArrayEquals(values, decode(encoded, values.length, 9));
    }

    @Property(tries = 300)
    void comesBack(@ForAll @IntRange(max = 31) int bitWidth, @ForAll long seed, @ForAll @IntRange(max = 3000) int count)
            throws CorruptBitstreamException {
        Random random = new Random(seed);
        int[] values = new int[count];
        int from = Math.min(count, random.nextInt(20));
        for (int i = 0; i < count; ) {
            int run = Math.min(count - i, random.nextBoolean() ? 1 : random.nextInt(1, 40));
            int value = (int) (random.nextLong() & ((1L << bitWidth) - 1));
            Arrays.fill(values, i, i + run, value);
            i += run;
        }
        byte[] encoded = HybridWriter.encode(values, from, count, bitWidth);
        assertArrayEquals(Arrays.copyOfRange(values, from, count), decode(encoded, count - from, bitWidth));
    }

    @Test
    void moreLiteralsThanAPieceHoldsComeBack() throws CorruptBitstreamException {
        int[] values = new Random(3).ints(200_000, 0, 1 << 14).toArray();
        byte[] encoded = HybridWriter.encode(values, 0, values.length, 14);
        assertArrayEquals(values, decode(encoded, values.length, 14));
        assertTrue(encoded.length <= 200_000 * 14 / 8 + 20, encoded.length + " bytes");
    }

    @Test
    void thirtyTwoBitsComeBack() throws CorruptBitstreamException {
        byte[] packed = new byte[1 + 32];
        packed[0] = 3;
        Arrays.fill(packed, 1, 5, (byte) 0xFF);
        packed[5] = 1;
        assertArrayEquals(new int[] {-1, 1}, decode(packed, 2, 32));
    }

    @Test
    void missingPaddingOfTheLastGroupIsForgiven() throws CorruptBitstreamException {
        byte[] packed = {3, (byte) 0b10001000, (byte) 0b11000110}; // 16 bits hold five values of three
        assertArrayEquals(new int[] {0, 1, 2, 3, 4}, decode(packed, 5, 3));
        assertThrows(CorruptBitstreamException.class, () -> decode(packed, 6, 3));
    }

    @Test
    void damageIsRefused() {
        assertThrows(CorruptBitstreamException.class, () -> decode(new byte[0], 1, 3));
        assertThrows(CorruptBitstreamException.class, () -> decode(new byte[] {16}, 1, 3)); // run without a value
        assertThrows(CorruptBitstreamException.class, () -> decode(new byte[] {16, 9}, 1, 3)); // value of four bits
        assertThrows(CorruptBitstreamException.class, () -> decode(new byte[] {-1, -1, -1, -1, -1, 1}, 1, 3));
        assertThrows(CorruptBitstreamException.class, () -> decode(new byte[9], 1, 33));
        assertThrows(CorruptBitstreamException.class, () -> decode(new byte[50], 1, 3)); // empty runs only
    }

    @Test
    void bitWidthsAreThoseOfTheLargestNumber() {
        assertEquals(0, HybridWriter.bitWidth(0));
        assertEquals(1, HybridWriter.bitWidth(1));
        assertEquals(10, HybridWriter.bitWidth(1023));
        assertEquals(11, HybridWriter.bitWidth(1024));
    }
}
