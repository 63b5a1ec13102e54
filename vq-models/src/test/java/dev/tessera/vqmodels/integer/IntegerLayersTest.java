package dev.tessera.vqmodels.integer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class IntegerLayersTest {
    @Test
    void theExponentialIsNeverTooSmallByMuchNorRises() {
        int before = Integer.MAX_VALUE;
        for (int argument = 0; argument < 16 << ShiftExponential.ARGUMENT_BITS; argument++) {
            int found = ShiftExponential.of(argument);
            assertTrue(found <= before);
            before = found;
            double exact = Math.exp(-Math.scalb((double) argument, -ShiftExponential.ARGUMENT_BITS));
            double ratio = Math.scalb((double) found, -ShiftExponential.RESULT_BITS) / exact;
            boolean far = argument > 8 << ShiftExponential.ARGUMENT_BITS;
            assertTrue(far || ratio > 0.999 && ratio < 1.1, argument + ": " + ratio);
        }
        assertEquals(1 << ShiftExponential.RESULT_BITS, ShiftExponential.of(0));
        assertEquals(0, ShiftExponential.of(1 << 30));
    }

    @Property(tries = 200)
    void frequenciesSumToThePowerOfTwoAndKeepTheOrder(
            @ForAll @Size(min = 2, max = 300) int[] logits,
            @ForAll @IntRange(min = 9, max = 15) int bits,
            @ForAll @IntRange(min = 0, max = 20) int shift) {
        int[] x = Arrays.stream(logits).map(v -> v % 32_768).toArray();
        int[] found = IntegerSamples.apply(new Shiftmax(IntegerSamples.format(x.length, 32_767, shift), bits), x);
        assertEquals(1 << bits, Arrays.stream(found).sum());
        for (int i = 0; i < x.length; i++) {
            assertTrue(found[i] >= 1);
            for (int j = 0; j < i; j++) {
                assertTrue(x[i] == x[j] || x[i] > x[j] == found[i] >= found[j] || found[i] == found[j]);
            }
        }
    }

    @Test
    void frequenciesAreNearSoftmax() {
        int[] x = new SplittableRandom(3).ints(20, -1000, 1001).toArray(); // in 1/256
        int[] found = IntegerSamples.apply(new Shiftmax(IntegerSamples.format(20, 1000, 8), 15), x);
        double total = Arrays.stream(x).mapToDouble(v -> Math.exp(v / 256.0)).sum();
        for (int i = 0; i < x.length; i++) {
            assertEquals(Math.exp(x[i] / 256.0) / total, found[i] / 32_768.0, 0.08 * found[i] / 32_768 + 0.001);
        }
    }

    @Test
    void frequenciesNeedRoomForEverySymbol() {
        assertThrows(IllegalArgumentException.class, () -> new Shiftmax(IntegerSamples.format(5, 10, 0), 2));
        assertThrows(IllegalArgumentException.class, () -> new Shiftmax(IntegerSamples.format(1, 10, 0), 2));
        assertThrows(IllegalArgumentException.class, () -> new Shiftmax(IntegerSamples.format(5, 10, 0), 16));
        int[] even = IntegerSamples.apply(new Shiftmax(IntegerSamples.format(4, 10, 0), 2), new int[] {9, -9, 0, 1});
        assertArrayEquals(new int[] {1, 1, 1, 1}, even);
    }

    @Test
    void geluIsWithinItsBound() {
        IntegerFormat format = IntegerSamples.format(1, 32_767, 12); // to 8
        ShiftGelu layer = new ShiftGelu(format, Dyadic.ONE, format);
        for (int x = -32_767; x <= 32_767; x += 13) {
            double value = x / 4096.0;
            double found = IntegerSamples.apply(layer, new int[] {x})[0] / 4096.0;
            assertEquals(gelu(value), found, 0.026);
        }
        int[] ends = IntegerSamples.apply(layer, new int[] {0});
        assertArrayEquals(new int[] {0}, ends);
    }

    /** x Phi(x) by the power series of the error function, which converges everywhere. */
    private static double gelu(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 400; n++) {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return x * (0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI));
    }

    @Property(tries = 300)
    void layerNormIsThatOfDoubles(
            @ForAll @IntRange(min = 2, max = 200) int size,
            @ForAll @IntRange(min = 1, max = 32_767) int magnitude,
            @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        IntegerFormat in = IntegerSamples.format(size, magnitude, 0);
        IntegerFormat out = IntegerSamples.format(size, 32_767, 10);
        IntegerLayerNorm layer = IntegerSamples.norm(random, in, out);
        int[] x = random.ints(size, -magnitude, magnitude + 1).toArray();
        double mean = Arrays.stream(x).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(x)
                .mapToDouble(v -> (v - mean) * (v - mean))
                .average()
                .orElseThrow());
        int[] found = IntegerSamples.apply(layer, x);
        for (int i = 0; i < size; i++) {
            double norm = deviation == 0 ? 0 : (x[i] - mean) / deviation;
            double weight = Math.scalb((double) layer.multipliers()[i], IntegerLayerNorm.NORM_BITS - 30);
            double exact = norm * weight + Math.scalb((double) layer.bias()[i], -30);
            double tolerance = 0.5 + Math.scalb(Math.abs(weight), -IntegerLayerNorm.NORM_BITS) + 1e-6;
            assertEquals(Math.clamp(exact, -32_767, 32_767), found[i], tolerance);
        }
    }

    @Test
    void layerNormHoldsAtTheExtremes() {
        int size = IntegerLayerNorm.MAX_SIZE;
        IntegerFormat in = new IntegerFormat(size, -32_768, 32_767, Dyadic.ONE);
        IntegerFormat out = IntegerSamples.format(size, 32_767, 0);
        int[] multipliers = new int[size];
        long[] bias = new long[size];
        Arrays.fill(multipliers, Integer.MAX_VALUE);
        Arrays.fill(bias, IntegerLayerNorm.MAX_BIAS);
        IntegerLayerNorm layer = new IntegerLayerNorm(in, multipliers, bias, Dyadic.MAX_SHIFT, out);
        int[] x = new int[size];
        Arrays.setAll(x, i -> i % 2 == 0 ? 32_767 : -32_768);
        IntegerSamples.apply(layer, x); // 2^61 of 2^62 are half a unit
        assertEquals(1, IntegerSamples.apply(layer, x)[0]);
        assertEquals(0, IntegerSamples.apply(layer, x)[1]);
        Arrays.fill(x, 0);
        x[17] = 1; // the least variance with the largest norm
        int[] plain = IntegerSamples.apply(new IntegerLayerNorm(in, multipliers, new long[size], 31, out), x);
        assertEquals(32_767, plain[17]);
        int[] same = IntegerSamples.apply(layer, new int[size]);
        assertEquals(1, same[5]); // the bias alone, a half that goes up
    }

    @Property(tries = 1000)
    void squareRootsAreExact(@ForAll @LongRange(min = 0) long value) {
        assertEquals(BigInteger.valueOf(value).sqrt().longValueExact(), IntegerLayerNorm.squareRoot(value));
    }

    @Test
    void additionRoundsOnce() {
        IntegerFormat in = IntegerSamples.format(3, 32_767, 0);
        IntegerFormat out = IntegerSamples.format(3, 1000, 0);
        ResidualAddition layer = new ResidualAddition(in, in, 1, 2, 2, out);
        assertArrayEquals(
                new int[] {1, -1, 1000},
                IntegerSamples.apply(layer, new int[] {1, -1, 32_767}, new int[] {1, -2, 32_767}));
        assertThrows(IllegalArgumentException.class, () -> new ResidualAddition(in, in, 0, 1, 0, out));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ResidualAddition(in, IntegerSamples.format(2, 1, 0), 1, 1, 0, out));
    }

    @Test
    void reluIsTheLargerOfZero() {
        IntegerRelu layer = new IntegerRelu(IntegerSamples.format(3, 9, 0));
        assertArrayEquals(new int[] {0, 0, 9}, IntegerSamples.apply(layer, new int[] {-9, 0, 9}));
        assertEquals(0, layer.output().least());
    }
}
