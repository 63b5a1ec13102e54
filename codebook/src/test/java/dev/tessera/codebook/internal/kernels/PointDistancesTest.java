package dev.tessera.codebook.internal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PointDistancesTest {
    @Property(tries = 200)
    void lanesGiveTheBitsOfTheSpecification(
            @ForAll @IntRange(min = 1, max = 70) int count,
            @ForAll @IntRange(min = 1, max = 40) int dim,
            @ForAll long seed) {
        float[] x = values(seed, count * dim);
        float[] point = values(~seed, dim + 3);
        double[] expected = new double[count];
        double[] actual = new double[count];
        new PointDistances.Scalar(x, dim).squared(point, 3, 0, count, expected);
        new PointDistances.Packed(x, count, dim).squared(point, 3, 0, count, actual);
        assertArrayEquals(expected, actual);
        for (int i = 0; i < count; i++) {
            assertEquals(Distances.plain(x, i * dim, point, 3, dim), expected[i]);
            assertEquals(Distances.Lanes.squared(x, i * dim, point, 3, dim), expected[i]);
        }
        if (count > 16) {
            double[] part = new double[count - 16];
            new PointDistances.Packed(x, count, dim).squared(point, 3, 16, count, part);
            assertArrayEquals(java.util.Arrays.copyOfRange(expected, 16, count), part);
        }
    }

    @Property(tries = 100)
    void noOtherCodeVectorIsNearerThanTheLimit(
            @ForAll @IntRange(min = 1, max = 600) int codes,
            @ForAll @IntRange(min = 1, max = 40) int dim,
            @ForAll long seed) {
        int count = 9;
        float[] c = values(seed, codes * dim);
        float[] x = values(~seed, count * dim);
        CentredCodes centred = CentredCodes.of(c, codes, dim);
        for (NearestKernel kernel :
                new NearestKernel[] {new ScalarNearestKernel(centred), VectorNearestKernel.of(centred)}) {
            int[] indices = new int[count];
            int[] plain = new int[count];
            float[] others = new float[count];
            kernel.assignApart(x, 0, count, indices, 0, others);
            kernel.assign(x, 0, count, plain, 0);
            assertArrayEquals(plain, indices);
            for (int i = 0; i < count; i++) {
                double second = Double.POSITIVE_INFINITY;
                for (int j = 0; j < codes; j++) {
                    if (j != indices[i]) {
                        second = Math.min(second, Distances.squared(x, i * dim, c, j * dim, dim));
                    }
                }
                assertTrue(others[i] <= second, others[i] + " is above " + second);
                assertTrue(
                        codes == 1 || others[i] >= 0.999 * second - 1e-4 * dim, others[i] + " is far below " + second);
            }
        }
    }

    private static float[] values(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (3 + random.nextGaussian());
        }
        return values;
    }
}
