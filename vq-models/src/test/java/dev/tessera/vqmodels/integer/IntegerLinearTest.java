package dev.tessera.vqmodels.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IntegerLinearTest {
    @Property(tries = 200)
    void bothKernelsGiveTheExactSums(
            @ForAll @IntRange(min = 1, max = 70) int in,
            @ForAll @IntRange(min = 1, max = 100) int out,
            @ForAll @IntRange(min = 1, max = 32_767) int magnitude,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        IntegerFormat from = IntegerSamples.format(in, magnitude, 0);
        IntegerFormat to = IntegerSamples.format(out, 32_767, 0);
        IntegerLinear layer = IntegerSamples.linear(random, from, to);
        int[] x = random.ints(in, -magnitude, magnitude + 1).toArray();
        int[] expected = specification(layer, x);
        for (IntegerKernels kernels : List.of(IntegerKernels.scalar(), IntegerKernels.vector())) {
            IntegerLinear twin = new IntegerLinear(from, layer.weights(), layer.bias(), layer.factors(), to, kernels);
            assertArrayEquals(expected, IntegerSamples.apply(twin, x));
        }
    }

    private static int[] specification(IntegerLinear layer, int[] x) {
        int[] out = new int[layer.output().size()];
        for (int o = 0; o < out.length; o++) {
            BigInteger sum = BigInteger.valueOf(layer.bias()[o]);
            for (int i = 0; i < x.length; i++) {
                sum = sum.add(BigInteger.valueOf((long) layer.weights()[o * x.length + i] * x[i]));
            }
            Dyadic factor = layer.factors().get(o);
            BigInteger half = BigInteger.ONE.shiftLeft(factor.shift()).shiftRight(1);
            BigInteger scaled = sum.multiply(BigInteger.valueOf(factor.multiplier()))
                    .add(half)
                    .shiftRight(factor.shift());
            out[o] = scaled.max(BigInteger.valueOf(layer.output().least()))
                    .min(BigInteger.valueOf(layer.output().most()))
                    .intValueExact();
        }
        return out;
    }

    /** 516 x 127 x 32,767 is the most that 32 bits hold; the bias may fill the rest and not one more. */
    @Test
    void theLargestSumsThatFitAreExactAndLargerOnesAreRefused() {
        int in = 516;
        int rest = Integer.MAX_VALUE - in * 127 * 32_767;
        IntegerFormat from = IntegerSamples.format(in, 32_767, 0);
        IntegerFormat to = IntegerSamples.format(1, 32_767, 0);
        byte[] weights = new byte[in];
        for (int i = 0; i < in; i++) {
            weights[i] = (byte) (i % 2 == 0 ? 127 : -127);
        }
        int[] x = new int[in];
        List<Dyadic> factor = List.of(new Dyadic(Integer.MAX_VALUE, 47)); // about 2^-16
        for (int sign : new int[] {1, -1}) {
            Arrays.setAll(x, i -> sign * (i % 2 == 0 ? 32_767 : -32_767));
            IntegerLinear layer = new IntegerLinear(from, weights, new int[] {sign * rest}, factor, to);
            assertEquals(specification(layer, x)[0], IntegerSamples.apply(layer, x)[0]);
            assertEquals(sign * 32_767, IntegerSamples.apply(layer, x)[0]);
        }
        assertEquals(
                "sum of output 0 may reach 2147483648, must be at most 2147483647",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new IntegerLinear(from, weights, new int[] {rest + 1}, factor, to))
                        .getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> new IntegerLinear(from, weights, new int[] {Integer.MIN_VALUE}, factor, to));
    }

    @Test
    void aRangeFromZeroIsARectifier() {
        IntegerFormat in = IntegerSamples.format(2, 100, 0);
        IntegerFormat out = new IntegerFormat(2, 0, 50, Dyadic.ONE);
        IntegerLinear layer =
                new IntegerLinear(in, new byte[] {1, 1, -1, -1}, new int[2], Collections.nCopies(2, Dyadic.ONE), out);
        assertArrayEquals(new int[] {7, 0}, IntegerSamples.apply(layer, new int[] {3, 4}));
        assertArrayEquals(new int[] {0, 50}, IntegerSamples.apply(layer, new int[] {-90, -4}));
    }

    @Test
    void refusesSizesThatDiffer() {
        IntegerFormat two = IntegerSamples.format(2, 100, 0);
        List<Dyadic> ones = Collections.nCopies(2, Dyadic.ONE);
        assertThrows(IllegalArgumentException.class, () -> new IntegerLinear(two, new byte[3], new int[2], ones, two));
        assertThrows(IllegalArgumentException.class, () -> new IntegerLinear(two, new byte[4], new int[1], ones, two));
        assertThrows(
                IllegalArgumentException.class,
                () -> new IntegerLinear(two, new byte[4], new int[2], List.of(Dyadic.ONE), two));
    }
}
