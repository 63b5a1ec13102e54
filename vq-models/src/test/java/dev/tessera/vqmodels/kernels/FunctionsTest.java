package dev.tessera.vqmodels.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

/** The stated errors, against double precision. */
class FunctionsTest {
    @Test
    void geluStaysWithinItsError() {
        for (int i = -200_000; i <= 200_000; i++) {
            float x = i / 20_000f;
            double expected = 0.5 * x * Erf.erfc(-x / Math.sqrt(2));
            assertTrue(
                    Math.abs(Functions.gelu(x) - expected) <= 2e-7 * Math.max(1, Math.abs(x)),
                    () -> "gelu(" + x + ") is " + Functions.gelu(x) + ", should be " + expected);
        }
        assertEquals(0f, Functions.gelu(0f));
        assertEquals(1e30f, Functions.gelu(1e30f));
        assertEquals(0f, Functions.gelu(Float.NEGATIVE_INFINITY), 1e-7f);
        assertTrue(Float.isNaN(Functions.gelu(Float.NaN)));
    }

    @Test
    void siluAndExpStayWithinTheirErrors() {
        for (int i = -870_000; i <= 880_000; i += 3) {
            float x = i / 10_000f;
            double exp = Math.exp(x);
            assertEquals(1, Functions.exp(x) / exp, 2e-7, () -> "exp(" + x + ")");
            double silu = x / (1 + Math.exp(-x));
            assertEquals(silu, Functions.silu(x), 3e-7 * Math.abs(silu), () -> "silu(" + x + ")");
        }
        assertTrue(Float.isNaN(Functions.exp(Float.NaN)));
        assertEquals(Functions.exp(88), Functions.exp(Float.POSITIVE_INFINITY));
    }

    @Test
    void sinesStayWithinTheirErrors() {
        for (int i = -400_000; i <= 400_000; i++) {
            float x = i < 200_000 ? i / 10_000f : i / 3f;
            if (Math.abs(x) > 1 << 17) {
                continue;
            }
            assertEquals(Math.sin(x), Functions.sin(x), 2e-7, () -> "sin(" + x + ")");
            assertEquals(Math.cos(x), Functions.cos(x), 2e-7, () -> "cos(" + x + ")");
        }
        for (int i = -100_000; i <= 100_000; i++) {
            float x = i / 5000f;
            float alpha = 0.1f + (i & 63) / 10f;
            double angle = x * alpha; // the product is rounded to float
            double snake = x + Math.sin(angle) * Math.sin(angle) / alpha;
            assertEquals(snake, Functions.snake(x, alpha), 3e-7 * (Math.abs(x) + 1 / alpha), () -> "snake(" + x + ")");
        }
    }

    @Test
    void theFourierTransformIsTheSumThatItStandsFor() {
        int size = 32;
        double[] re = new double[size / 2 + 1];
        double[] im = new double[size / 2 + 1];
        for (int k = 0; k < re.length; k++) {
            re[k] = Math.sin(3 * k + 1);
            im[k] = Math.cos(5 * k);
        }
        double[] even = new double[size / 2];
        double[] odd = new double[size / 2];
        new RealFft(size).inverse(re, im, even, odd);
        for (int t = 0; t < size; t++) {
            double sum = re[0] + (t % 2 == 0 ? 1 : -1) * re[size / 2];
            for (int k = 1; k < size / 2; k++) {
                double angle = 2 * Math.PI * k * t / size;
                sum += 2 * (re[k] * Math.cos(angle) - im[k] * Math.sin(angle));
            }
            assertEquals(sum / size, t % 2 == 0 ? even[t / 2] : odd[t / 2], 1e-12, "sample " + t);
        }
    }

    @Test
    void theForwardTransformIsTheSumThatItStandsFor() {
        int size = 32;
        double[] x = new double[size];
        for (int t = 0; t < size; t++) {
            x[t] = Math.sin(t * t + 1);
        }
        double[] re = new double[size / 2 + 1];
        double[] im = new double[size / 2 + 1];
        new RealFft(size).forward(x, new double[size / 2], new double[size / 2], re, im);
        for (int k = 0; k <= size / 2; k++) {
            double real = 0;
            double imaginary = 0;
            for (int t = 0; t < size; t++) {
                real += x[t] * Math.cos(2 * Math.PI * k * t / size);
                imaginary -= x[t] * Math.sin(2 * Math.PI * k * t / size);
            }
            assertEquals(real, re[k], 1e-12, "bin " + k);
            assertEquals(imaginary, im[k], 1e-12, "bin " + k);
        }
    }
}
