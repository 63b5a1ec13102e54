package dev.tessera.codebook.internal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Law 1: the scalar kernel is the specification, its Vector API twin gives the same indices and the same score bits. */
class NearestKernelTest {
    private static final int[] SIZES = {1, 4, 6, 8, 13, 16, 25, 33};

    private static float[] random(SplittableRandom random, int length, float scale) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = scale * (float) (random.nextDouble() - 0.3);
        }
        return values;
    }

    private static void assertTwins(float[] codes, int k, int d, float[] x) {
        CentredCodes centred = CentredCodes.of(codes, k, d);
        int count = x.length / d;
        int[] scalarIndices = new int[count];
        int[] vectorIndices = new int[count];
        float[] scalarScores = new float[count];
        float[] vectorScores = new float[count];
        new ScalarNearestKernel(centred).assign(x, 0, count, scalarIndices, 0, scalarScores, 0);
        VectorNearestKernel.of(centred).assign(x, 0, count, vectorIndices, 0, vectorScores, 0);
        String what = "K " + k + ", D " + d + ", N " + count;
        assertArrayEquals(scalarIndices, vectorIndices, what);
        for (int i = 0; i < count; i++) {
            assertEquals(Float.floatToIntBits(scalarScores[i]), Float.floatToIntBits(vectorScores[i]), what);
            assertTrue(vectorIndices[i] >= 0 && vectorIndices[i] < k, what);
        }
    }

    @Test
    void allShapesWithTheirTails() {
        SplittableRandom random = new SplittableRandom(1);
        for (int k : SIZES) {
            for (int d : SIZES) {
                for (int count : SIZES) {
                    assertTwins(random(random, k * d, 3), k, d, random(random, count * d, 3));
                }
            }
        }
        assertTwins(random(random, 1000 * 7, 1), 1000, 7, random(random, 333 * 7, 1));
    }

    @Test
    void ties() {
        SplittableRandom random = new SplittableRandom(2);
        float[] codes = random(random, 10 * 5, 1);
        float[] doubled = Arrays.copyOf(codes, 2 * codes.length);
        System.arraycopy(codes, 0, doubled, codes.length, codes.length);
        float[] x = random(random, 40 * 5, 1);
        assertTwins(doubled, 20, 5, x);
        int[] indices = new int[40];
        NearestKernel.of(doubled, 20, 5).assign(x, 0, 40, indices, 0);
        assertTrue(Arrays.stream(indices).allMatch(i -> i < 10), "the lowest index wins a tie");
        float[] equal = new float[17 * 5];
        Arrays.fill(equal, 0.25f);
        NearestKernel.of(equal, 17, 5).assign(x, 0, 40, indices, 0);
        assertTrue(Arrays.stream(indices).allMatch(i -> i == 0));
    }

    @Test
    void valuesThatAreNotFiniteStayInRange() {
        SplittableRandom random = new SplittableRandom(3);
        float[] x = random(random, 24 * 9, 1);
        x[3] = Float.NaN;
        x[20] = Float.POSITIVE_INFINITY;
        x[40] = Float.NEGATIVE_INFINITY;
        x[60] = Float.MAX_VALUE;
        assertTwins(random(random, 30 * 9, 1), 30, 9, x);
    }

    /** Against double precision: the winner may be beaten by rounding only. */
    @Test
    void theWinnerIsTheNearest() {
        SplittableRandom random = new SplittableRandom(4);
        int k = 200;
        int d = 12;
        float[] codes = random(random, k * d, 5);
        float[] x = random(random, 300 * d, 5);
        int[] indices = new int[300];
        NearestKernel.of(codes, k, d).assign(x, 0, 300, indices, 0);
        for (int i = 0; i < 300; i++) {
            double least = Double.MAX_VALUE;
            for (int j = 0; j < k; j++) {
                least = Math.min(least, distance(x, i, codes, j, d));
            }
            assertEquals(least, distance(x, i, codes, indices[i], d), 1e-4 * (1 + least));
        }
    }

    private static double distance(float[] x, int i, float[] codes, int j, int d) {
        double sum = 0;
        for (int t = 0; t < d; t++) {
            double e = x[i * d + t] - codes[j * d + t];
            sum += e * e;
        }
        return sum;
    }
}
