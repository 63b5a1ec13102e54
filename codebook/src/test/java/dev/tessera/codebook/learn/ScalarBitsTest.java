package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalarBitsTest {
    private static Latents normal(int count, int dim) {
        SplittableRandom random = new SplittableRandom(8);
        float[] x = new float[count * dim];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (3 * random.nextGaussian() + 10);
        }
        return Latents.of(count, dim, x);
    }

    /** Step and mean squared error of the best uniform quantizer of a standard normal variable: Max 1960, table II. */
    @ParameterizedTest
    @CsvSource({
        "1, 1.596, 0.3634",
        "2, 0.9957, 0.1188",
        "3, 0.5860, 0.03744",
        "4, 0.3352, 0.01154",
        "5, 0.1881, 0.003495"
    })
    void findsTheStepsOfMax(int bits, double step, double error) {
        Latents vectors = normal(200_000, 1);
        ScalarQuantizer fitted = ScalarBits.fit(vectors, bits);
        assertEquals(step, fitted.step()[0] / 3, 0.03 * step);
        assertEquals(error, TestVectors.distortion(vectors, fitted) / 9, 0.02 * error);
    }

    @Test
    void minMaxSpansTheDataAndFitIsNoWorse() {
        Latents vectors = TestVectors.mixture(2, 3000, 9, 4);
        for (int bits = 1; bits <= 8; bits++) {
            ScalarQuantizer widest = ScalarBits.minMax(vectors, bits);
            float[] x = vectors.data();
            float[] back = widest.dequantize(widest.quantize(vectors), 3000).data();
            for (int i = 0; i < x.length; i++) {
                assertEquals(x[i], back[i], widest.step()[i % 9] * 0.5001);
            }
            ScalarQuantizer best = ScalarBits.fit(vectors, bits);
            assertTrue(TestVectors.distortion(vectors, best) <= TestVectors.distortion(vectors, widest) * 1.000001);
        }
    }

    @Test
    void everyValueKeepsItsIndexAndStagesAreAsFewAsPossible() {
        Latents vectors = TestVectors.mixture(2, 500, 9, 4);
        ScalarQuantizer quantizer = ScalarBits.fit(vectors, new int[] {8, 8, 8, 8, 1, 2, 3, 7, 5}, 1);
        assertArrayEquals(new int[] {1 << 24, 1 << 26}, quantizer.codebookSizes());
        int[] indices = quantizer.quantize(vectors);
        assertArrayEquals(indices, quantizer.quantize(quantizer.dequantize(indices, 500)));
        ScalarQuantizer one = new ScalarQuantizer(new int[] {8}, new float[] {-1}, new float[] {0.1f});
        int[] all = new int[256];
        for (int i = 0; i < 256; i++) {
            all[i] = i;
        }
        assertArrayEquals(all, one.quantize(one.dequantize(all, 256)));
        assertArrayEquals(new int[] {0, 255, 5}, one.quantize(Latents.of(3, 1, new float[] {-1e30f, 1e30f, -0.52f})));
    }

    @Test
    void sameForAnyThreadCount() {
        Latents vectors = TestVectors.mixture(3, 5000, 5, 4);
        int[] bits = {1, 2, 3, 4, 8};
        ScalarQuantizer one = ScalarBits.fit(vectors, bits, 1);
        for (int threads : new int[] {2, 7}) {
            ScalarQuantizer other = ScalarBits.fit(vectors, bits, threads);
            assertArrayEquals(one.low(), other.low());
            assertArrayEquals(one.step(), other.step());
            assertArrayEquals(one.quantize(vectors), other.quantize(vectors, threads));
        }
    }

    @Test
    void constantDimensionsAndBadArguments() {
        Latents constant = Latents.of(3, 1, new float[] {4, 4, 4});
        for (ScalarQuantizer quantizer :
                new ScalarQuantizer[] {ScalarBits.fit(constant, 3), ScalarBits.minMax(constant, 3)}) {
            assertEquals(0, TestVectors.distortion(constant, quantizer));
        }
        assertThrows(IllegalArgumentException.class, () -> ScalarBits.fit(constant, 0));
        assertThrows(IllegalArgumentException.class, () -> ScalarBits.fit(constant, 9));
        assertThrows(IllegalArgumentException.class, () -> ScalarBits.fit(Latents.of(0, 1, new float[0]), 3));
        assertThrows(
                IllegalArgumentException.class, () -> ScalarBits.fit(Latents.of(1, 1, new float[] {Float.NaN}), 3));
        assertThrows(IllegalArgumentException.class, () -> ScalarBits.fit(constant, new int[] {3, 3}, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ScalarQuantizer(new int[] {3}, new float[] {0}, new float[] {0}));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ScalarQuantizer(new int[] {3}, new float[] {Float.MAX_VALUE}, new float[] {1e38f}));
    }
}
