package dev.tessera.vqmodels.lowbit.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.lowbit.Samples;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LowBitInputsTest {
    private static float[] gaussian(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** The level of a step that is nearest. */
    private static double nearest(double value, double step, int bits, boolean signed) {
        double best = Double.POSITIVE_INFINITY;
        for (int code = 0; code < 1 << bits; code++) {
            double level = step * (signed ? code - ((1 << bits) - 1) / 2.0 : code);
            best = Math.abs(level - value) < Math.abs(best - value) ? level : best;
        }
        return best;
    }

    private static double error(float[] x, double step, int bits, boolean signed) {
        double error = 0;
        for (float value : x) {
            error += Math.pow(nearest(value, step, bits, signed) - value, 2);
        }
        return error;
    }

    @Property(tries = 50)
    void valuesAreTheNearestLevelsOfTheirStep(
            @ForAll @IntRange(min = 1, max = 700) int length,
            @ForAll @IntRange(min = 1, max = 2) int bits,
            @ForAll boolean signed) {
        float[] x = Samples.inputs(length, 1, length);
        LowBitInputs inputs = signed ? LowBitInputs.signed(x, bits) : LowBitInputs.unsigned(x, bits);
        float[] found = inputs.dequantize();
        assertEquals(length, found.length);
        for (int i = 0; i < length; i++) {
            double step = inputs.step(i);
            double off = Math.abs(nearest(x[i], step, bits, signed) - x[i]);
            assertEquals(off, Math.abs(found[i] - x[i]), 1e-5 * step);
        }
    }

    /** No other step within a factor of 2 does better, by more than 1 % and what fixed point leaves. */
    @Test
    void stepsHaveTheLeastError() {
        for (int bits = 1; bits <= 2; bits++) {
            for (boolean signed : new boolean[] {false, true}) {
                for (int seed = 0; seed < 10; seed++) {
                    float[] x = gaussian(seed, LowBitInputs.STEP);
                    LowBitInputs inputs = signed ? LowBitInputs.signed(x, bits) : LowBitInputs.unsigned(x, bits);
                    double error = error(x, inputs.step(0), bits, signed);
                    for (double factor = 0.5; factor < 2; factor *= 1.003) {
                        double other = error(x, factor * inputs.step(0), bits, signed);
                        assertTrue(error <= 1.01 * other, bits + " bits: " + error + ", with " + factor + " " + other);
                    }
                    assertTrue(error <= (1 + 1e-6) * error(x, 1.0001 * inputs.step(0), bits, signed));
                    assertTrue(error <= (1 + 1e-6) * error(x, 0.9999 * inputs.step(0), bits, signed));
                }
            }
        }
    }

    @Test
    void signsTimesTheMeanMagnitude() {
        float[] x = gaussian(3, LowBitInputs.STEP);
        double mean = 0;
        for (float value : x) {
            mean += Math.abs(value) / x.length;
        }
        float[] found = LowBitInputs.signed(x, 1).dequantize();
        for (int i = 0; i < x.length; i++) {
            assertEquals(Math.copySign(mean, x[i]), found[i], 1e-5);
        }
    }

    /** What the levels hold comes back, also far from 1 and where steps differ. */
    @Test
    void levelsComeBack() {
        for (float size : new float[] {1, 0x1p-90f, 0x1p100f}) {
            float[] signed = new float[600];
            float[] unsigned = new float[600];
            for (int i = 0; i < 600; i++) {
                float step = i < LowBitInputs.STEP ? size : 4 * size;
                signed[i] = (i * 5 % 4 - 1.5f) * step;
                unsigned[i] = i * 7 % 4 * step;
            }
            assertArrayEquals(signed, LowBitInputs.signed(signed, 2).dequantize(), 1e-5f * size);
            assertArrayEquals(unsigned, LowBitInputs.unsigned(unsigned, 2).dequantize(), 1e-5f * size);
        }
    }

    @Test
    void nothingAndNegativeValuesAreZeros() {
        float[] x = new float[300];
        assertArrayEquals(x, LowBitInputs.signed(x, 2).dequantize(), Float.MIN_VALUE);
        float[] negative = new float[300];
        Arrays.fill(negative, -1e38f);
        assertArrayEquals(x, LowBitInputs.unsigned(negative, 2).dequantize(), Float.MIN_VALUE);
        negative[17] = 0.5f;
        x[17] = 0.5f;
        assertArrayEquals(x, LowBitInputs.unsigned(negative, 1).dequantize(), 1e-6f);
        assertArrayEquals(x, LowBitInputs.unsigned(negative, 2).dequantize(), 1e-6f);
    }

    @Test
    void refusals() {
        assertEquals(
                "length of x is 0, must be at least 1",
                assertThrows(IllegalArgumentException.class, () -> LowBitInputs.signed(new float[0], 1))
                        .getMessage());
        assertEquals(
                "bits is 3.0, must be in [1.0, 2.0]",
                assertThrows(IllegalArgumentException.class, () -> LowBitInputs.unsigned(new float[4], 3))
                        .getMessage());
        assertEquals(
                "x[1] is NaN, must be finite",
                assertThrows(IllegalArgumentException.class, () -> LowBitInputs.unsigned(new float[] {0, Float.NaN}, 2))
                        .getMessage());
    }
}
