package dev.tessera.codebook.implicit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MixedRadixTest {
    @Property(tries = 300)
    void jointIndexIsTheSumOfDigitsTimesBasisAndSplitsAgain(
            @ForAll @Size(min = 1, max = 40) int[] seeds, @ForAll @IntRange(min = 1, max = 3) int width) {
        int[] radices = new int[seeds.length];
        int[] digits = new int[seeds.length];
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(seeds));
        BigInteger expected = BigInteger.ZERO;
        BigInteger basis = BigInteger.ONE;
        for (int j = 0; j < radices.length; j++) {
            radices[j] = random.nextInt(1, width == 3 ? Integer.MAX_VALUE : width == 2 ? 1000 : 9);
            digits[j] = random.nextInt(4) == 0 ? radices[j] - 1 : random.nextInt(radices[j]);
            expected = expected.add(basis.multiply(BigInteger.valueOf(digits[j])));
            basis = basis.multiply(BigInteger.valueOf(radices[j]));
        }
        MixedRadix radix = MixedRadix.of(radices);
        assertEquals(basis, radix.size());
        assertEquals(expected, radix.joinBig(digits));
        assertArrayEquals(digits, radix.split(expected));
        boolean fits = basis.compareTo(BigInteger.ONE.shiftLeft(63)) < 0;
        assertEquals(fits, radix.fitsLong());
        if (fits) {
            assertEquals(expected.longValueExact(), radix.join(digits));
            assertArrayEquals(digits, radix.split(expected.longValueExact()));
        } else {
            assertThrows(ArithmeticException.class, () -> radix.join(digits));
        }

        int[] stages = new int[radix.stageSizes().length];
        radix.joinStages(digits, stages, 0);
        assertEquals(expected, radix.grouped().joinBig(stages), "the stages' joint index is the digits' joint index");
        int[] back = new int[digits.length];
        radix.splitStages(stages, 0, back);
        assertArrayEquals(digits, back);
        assertEquals(fewestStages(radices), stages.length);
    }

    /** Dynamic programming over all ways to cut the digits. */
    private static int fewestStages(int[] radices) {
        int[] fewest = new int[radices.length + 1];
        for (int end = 1; end <= radices.length; end++) {
            fewest[end] = Integer.MAX_VALUE;
            BigInteger product = BigInteger.ONE;
            for (int begin = end - 1; begin >= 0; begin--) {
                product = product.multiply(BigInteger.valueOf(radices[begin]));
                if (product.bitLength() < 32) {
                    fewest[end] = Math.min(fewest[end], fewest[begin] + 1);
                }
            }
        }
        return fewest[radices.length];
    }

    @Test
    void groupsFillAnIntToTheLastValue() {
        assertArrayEquals(
                new int[] {1 << 30, 4}, MixedRadix.of(1 << 15, 1 << 15, 2, 2).stageSizes());
        assertArrayEquals(
                new int[] {Integer.MAX_VALUE},
                MixedRadix.of(1, Integer.MAX_VALUE).stageSizes());
        assertTrue(MixedRadix.of(1 << 30, 1 << 30, 4).grouped().equals(MixedRadix.of(1 << 30, 1 << 30, 4)));
        assertTrue(MixedRadix.of(1 << 30, 1 << 30, 4).fitsLong());
        assertFalse(MixedRadix.of(1 << 30, 1 << 30, 8).fitsLong());
    }

    @Test
    void badArguments() {
        MixedRadix radix = MixedRadix.of(3, 4);
        assertThrows(IllegalArgumentException.class, MixedRadix::of);
        assertThrows(IllegalArgumentException.class, () -> MixedRadix.of(3, 0));
        assertThrows(IllegalArgumentException.class, () -> radix.join(1));
        assertThrows(IllegalArgumentException.class, () -> radix.join(3, 0));
        assertThrows(IllegalArgumentException.class, () -> radix.join(0, -1));
        assertThrows(IllegalArgumentException.class, () -> radix.split(12));
        assertThrows(IllegalArgumentException.class, () -> radix.split(-1));
        assertThrows(IllegalArgumentException.class, () -> radix.split(BigInteger.valueOf(12)));
    }
}
