package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntegerTransformTest {
    private static int[] noise(int size, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] samples = new int[size * size];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = random.nextInt(-4080, 4081);
        }
        return samples;
    }

    /** Against the definition in doubles. */
    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 32})
    void forwardIsTheOrthonormalDct(int size) {
        int[] samples = noise(size, 1);
        int[] coefficients = new int[size * size];
        IntegerTransform.cosine(size).forward(samples, coefficients, new int[size * size]);
        for (int v = 0; v < size; v++) {
            for (int u = 0; u < size; u++) {
                double sum = 0;
                for (int y = 0; y < size; y++) {
                    for (int x = 0; x < size; x++) {
                        sum += samples[y * size + x]
                                * Math.cos(Math.PI * (2 * y + 1) * v / (2 * size))
                                * Math.cos(Math.PI * (2 * x + 1) * u / (2 * size));
                    }
                }
                double norm = (u == 0 ? 1 : 2.0) * (v == 0 ? 1 : 2.0);
                assertEquals(sum * Math.sqrt(norm) / size, coefficients[v * size + u], 6, u + ", " + v);
            }
        }
    }

    /** Against the definition in doubles. */
    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16})
    void forwardIsTheOrthonormalDst(int size) {
        int[] samples = noise(size, 1);
        int[] coefficients = new int[size * size];
        IntegerTransform.sine(size).forward(samples, coefficients, new int[size * size]);
        double n = 2 * size + 1;
        for (int v = 0; v < size; v++) {
            for (int u = 0; u < size; u++) {
                double sum = 0;
                for (int y = 0; y < size; y++) {
                    for (int x = 0; x < size; x++) {
                        sum += samples[y * size + x]
                                * Math.sin(Math.PI * (2 * v + 1) * (y + 1) / n)
                                * Math.sin(Math.PI * (2 * u + 1) * (x + 1) / n);
                    }
                }
                assertEquals(sum * 4 / n, coefficients[v * size + u], 6, u + ", " + v);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 32})
    void inverseUndoesForwardWithinRounding(int size) {
        for (IntegerTransform transform :
                new IntegerTransform[] {IntegerTransform.cosine(size), IntegerTransform.sine(size)}) {
            int[] samples = noise(size, 2);
            int[] coefficients = new int[size * size];
            int[] back = new int[size * size];
            transform.forward(samples, coefficients, new int[size * size]);
            transform.inverse(coefficients, size, back, new int[size * size]);
            for (int i = 0; i < samples.length; i++) {
                assertEquals(samples[i], back[i], 8, "sample " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 32})
    void theExtentChangesNothingWhereTheRestIsZero(int size) {
        IntegerTransform dct = IntegerTransform.cosine(size);
        int[] coefficients = new int[size * size];
        coefficients[0] = 900;
        coefficients[2 * size + 1] = -77;
        int[] whole = new int[size * size];
        int[] part = new int[size * size];
        dct.inverse(coefficients, size, whole, new int[size * size]);
        dct.inverse(coefficients, 3, part, new int[size * size]);
        assertArrayEquals(whole, part);
    }
}
