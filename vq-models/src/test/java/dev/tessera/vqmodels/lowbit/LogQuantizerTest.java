package dev.tessera.vqmodels.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogQuantizerTest {
    @Test
    void levelsArePowers() {
        assertArrayEquals(
                new float[] {3, 1.5f, 0.75f, 0.375f, 0.1875f, 0.09375f, 0.046875f, 0},
                LogQuantizer.powersOfTwo(3, false, 3).levels());
        assertArrayEquals(
                new float[] {2, 1, 0.5f, 0, -2, -1, -0.5f, -0f},
                abs(LogQuantizer.powersOfTwo(3, true, 2).levels()));
        float[] roots = LogQuantizer.powersOfSqrt2(4, false, 1).levels();
        for (int n = 0; n < 15; n++) {
            assertEquals((float) Math.pow(2, -n / 2.0), roots[n], Math.ulp(roots[n]));
        }
        assertEquals(0, roots[15]);
    }

    private static float[] abs(float[] levels) {
        levels[7] = -Math.abs(levels[7]);
        return levels;
    }

    /** n = round(-log_b(x / scale)), by logarithms. */
    @Test
    void roundsInTheLogarithmicDomain() {
        SplittableRandom random = new SplittableRandom(1);
        for (boolean root : new boolean[] {false, true}) {
            for (boolean signed : new boolean[] {false, true}) {
                LogQuantizer quantizer =
                        root ? LogQuantizer.powersOfSqrt2(5, signed, 0.7f) : LogQuantizer.powersOfTwo(5, signed, 0.7f);
                int zero = signed ? 15 : 31;
                for (int i = 0; i < 5000; i++) {
                    float x = (float) (1.5 * Math.exp(-12 * random.nextDouble()));
                    double n = -Math.log(x / 0.7) / Math.log(root ? Math.sqrt(2) : 2);
                    int expected = Math.clamp(Math.round(n), 0, zero);
                    if (Math.abs(n - Math.floor(n) - 0.5) > 1e-5) {
                        assertEquals(expected, quantizer.quantize(x));
                        int negative = signed && expected < zero ? expected + 16 : zero;
                        assertEquals(negative, quantizer.quantize(-x));
                    }
                }
            }
        }
    }

    @Test
    void everyCodeComesBack() {
        for (int bits = 3; bits <= 8; bits++) {
            for (LogQuantizer quantizer : new LogQuantizer[] {
                LogQuantizer.powersOfTwo(bits, true, 1e-3f),
                LogQuantizer.powersOfSqrt2(bits, true, 1e20f),
                LogQuantizer.powersOfSqrt2(bits, false, 5)
            }) {
                float[] levels = quantizer.levels();
                assertArrayEquals(levels, quantizer.dequantize(quantizer.quantize(levels)));
            }
        }
    }

    @Test
    void extremes() {
        LogQuantizer quantizer = LogQuantizer.powersOfTwo(4, false, 1);
        assertEquals(0, quantizer.quantize(Float.POSITIVE_INFINITY));
        assertEquals(15, quantizer.quantize(Float.MIN_VALUE));
        assertEquals(15, quantizer.quantize(-1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Float.NaN));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new byte[] {16}));
        assertThrows(IllegalArgumentException.class, () -> LogQuantizer.powersOfTwo(1, false, 1));
        assertThrows(IllegalArgumentException.class, () -> LogQuantizer.powersOfTwo(4, false, 0));
    }
}
