package dev.tessera.codebook.internal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Vector API twin must give the bits of the scalar specification. Its other widths are tested in {@link KernelModesTest}. */
class NearestKernelTest {
    private static final int[] COUNTS = {1, 2, 3, 4, 5, 7, 8, 13};
    private static final int[] SIZES = {1, 2, 3, 4, 6, 7, 8, 13, 15, 16, 17, 25, 31, 33, 64, 100, 257};

    private record Result(int[] indices, int[] scoreBits) {}

    private static Result run(NearestKernel kernel, float[] x, int offset, int count) {
        int[] indices = new int[count + 2];
        float[] scores = new float[count + 2];
        kernel.assign(x, offset, count, indices, 1, scores, 1);
        assertEquals(0, indices[0] | indices[count + 1], "wrote outside its range");
        assertEquals(0, scores[0] + scores[count + 1], "wrote outside its range");
        return new Result(
                Arrays.copyOfRange(indices, 1, count + 1),
                IntStream.range(1, count + 1)
                        .map(i -> Float.floatToIntBits(scores[i]))
                        .toArray());
    }

    private static int[] assertTwinsAgree(float[] x, int offset, int count, float[] codes, int k, int dim) {
        CentredCodes centred = CentredCodes.of(codes, k, dim);
        Result expected = run(new ScalarNearestKernel(centred), x, offset, count);
        Result actual = run(VectorNearestKernel.of(centred), x, offset, count);
        Result rows = run(RowLanesKernel.ofAnyWidth(centred), x, offset, count);
        String where = "count " + count + ", K " + k + ", dim " + dim;
        assertArrayEquals(expected.indices, actual.indices, where);
        assertArrayEquals(expected.scoreBits, actual.scoreBits, where);
        assertArrayEquals(expected.indices, rows.indices, where);
        assertArrayEquals(expected.scoreBits, rows.scoreBits, where);
        for (int index : actual.indices) {
            assertTrue(index >= 0 && index < k, where + ": index " + index);
        }
        return actual.indices;
    }

    private static float[] gaussian(SplittableRandom random, int n, double scale, double shift) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) (random.nextGaussian() * scale + shift);
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6, 8, 13, 16, 25, 64, 65})
    void twinsAgreeForEverySize(int dim) {
        SplittableRandom random = new SplittableRandom(dim);
        for (int k : SIZES) {
            float[] codes = gaussian(random, k * dim, 1, 3);
            for (int count : COUNTS) {
                int offset = random.nextInt(3);
                assertTwinsAgree(gaussian(random, offset + count * dim, 1.5, 3), offset, count, codes, k, dim);
            }
        }
    }

    @Test
    void twinsAgreeOverSeveralPanelsAndRowBlocks() {
        SplittableRandom random = new SplittableRandom(7);
        assertTwinsAgree(gaussian(random, 9 * 1024, 1, 0), 0, 9, gaussian(random, 200 * 1024, 1, 0), 200, 1024);
        assertTwinsAgree(gaussian(random, 5001 * 2, 1, 0), 0, 5001, gaussian(random, 33 * 2, 1, 0), 33, 2);
        assertTwinsAgree(gaussian(random, 3 * 2, 1, 0), 0, 3, gaussian(random, 70_000 * 2, 1, 0), 70_000, 2);
    }

    @Test
    void lowestIndexWinsTies() {
        int dim = 5;
        int k = 100;
        float[] codes = new float[k * dim]; // pattern of 10 different code vectors, 10 times over
        SplittableRandom random = new SplittableRandom(1);
        float[] ten = gaussian(random, 10 * dim, 1, 0);
        for (int j = 0; j < k; j++) {
            System.arraycopy(ten, j % 10 * dim, codes, j * dim, dim);
        }
        int[] indices = assertTwinsAgree(ten, 0, 10, codes, k, dim);
        for (int i = 0; i < 10; i++) {
            assertEquals(i, indices[i]);
        }
        Arrays.fill(codes, 0.25f);
        assertArrayEquals(new int[10], assertTwinsAgree(ten, 0, 10, codes, k, dim));
    }

    @Test
    void tiesOnALatticeAgree() {
        SplittableRandom random = new SplittableRandom(2);
        int dim = 3;
        float[] codes = new float[64 * dim];
        float[] x = new float[333 * dim];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = random.nextInt(3);
        }
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextInt(5) / 2f;
        }
        assertTwinsAgree(x, 0, 333, codes, 64, dim);
    }

    @Test
    void valuesThatAreNotFiniteOrOverflowGiveAnIndexInRange() {
        float[] odd = {
            Float.NaN,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            1e19f,
            -1e19f,
            0,
            -0f,
            Float.MIN_VALUE,
            1
        };
        SplittableRandom random = new SplittableRandom(3);
        for (double scale : new double[] {1e-30, 1, 1e10, 1e18, 1e19, 1e30, 1e38}) {
            for (int k : new int[] {1, 5, 16, 40}) {
                int dim = 4;
                float[] codes = gaussian(random, k * dim, scale / 4, 0);
                float[] x = new float[64 * dim];
                for (int i = 0; i < x.length; i++) {
                    x[i] = random.nextInt(3) == 0 ? odd[random.nextInt(odd.length)] : (float) random.nextGaussian();
                }
                assertTwinsAgree(x, 0, 64, codes, k, dim);
            }
        }
        assertArrayEquals(
                new int[1], assertTwinsAgree(new float[] {Float.NaN, 0}, 0, 1, new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
    }

    /** float64 distances are the oracle: a float32 pick may miss the nearest code vector by rounding only. */
    @Test
    void picksAreNearestUpToRounding() {
        SplittableRandom random = new SplittableRandom(4);
        int dim = 24;
        int k = 300;
        float[] codes = gaussian(random, k * dim, 1, 50);
        float[] x = gaussian(random, 400 * dim, 1, 50);
        int[] indices = assertTwinsAgree(x, 0, 400, codes, k, dim);
        for (int i = 0; i < 400; i++) {
            double nearest = Double.POSITIVE_INFINITY;
            for (int j = 0; j < k; j++) {
                nearest = Math.min(nearest, Distances.squared(x, i * dim, codes, j * dim, dim));
            }
            double picked = Distances.squared(x, i * dim, codes, indices[i] * dim, dim);
            assertTrue(picked <= nearest * (1 + 1e-5), "vector " + i + ": " + picked + " against " + nearest);
        }
    }

    @Test
    void distanceIsTheDirectSum() {
        for (int dim = 1; dim < 12; dim++) {
            SplittableRandom random = new SplittableRandom(dim);
            float[] a = gaussian(random, dim + 1, 1, 0);
            float[] b = gaussian(random, dim + 2, 1, 0);
            double sum = 0;
            for (int t = 0; t < dim; t++) {
                sum += Math.pow((double) a[1 + t] - b[2 + t], 2);
            }
            assertEquals(sum, Distances.squared(a, 1, b, 2, dim), 1e-12 * sum);
        }
    }

    /** Vectors with a falling spectrum, as image patches have; whole numbers, so that there are exact and near ties. */
    private static float[] patches(SplittableRandom random, int count, int dim) {
        float[] values = new float[count * dim];
        for (int i = 0; i < count; i++) {
            double level = random.nextDouble() * 255;
            double slope = random.nextGaussian() * 5;
            for (int t = 0; t < dim; t++) {
                values[i * dim + t] = Math.round(level + slope * (t % 8) + random.nextGaussian());
            }
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7, 15, 31})
    void pruningChangesNothing(int axes) {
        SplittableRandom random = new SplittableRandom(axes);
        for (int k : new int[] {1, 15, 33, 700}) {
            for (int dim : new int[] {31, 64}) {
                float[] x = patches(random, 1100, dim);
                x[5 * dim] = Float.NaN;
                x[6 * dim + 1] = 1e30f;
                for (float[] codes : List.of(patches(random, k, dim), gaussian(random, k * dim, 50, 100))) {
                    System.arraycopy(x, 0, codes, 0, dim); // one exact hit
                    CentredCodes centred = CentredCodes.of(codes, k, dim);
                    VectorNearestKernel full = VectorNearestKernel.of(centred);
                    NearestKernel pruned = PrunedNearestKernel.of(
                            full, new OrderedCodes(centred, VectorNearestKernel.BLOCK), Math.min(axes, dim));
                    Result expected = run(new ScalarNearestKernel(centred), x, 0, 1100);
                    Result actual = run(pruned, x, 0, 1100);
                    String where = "K " + k + ", dim " + dim;
                    assertArrayEquals(expected.indices, actual.indices, where);
                    assertArrayEquals(expected.scoreBits, actual.scoreBits, where);
                }
            }
        }
    }

    /** Scores of float32 alone would miss the nearest patch in one of a hundred cases. */
    @Test
    void picksAmongPatchesAreThoseOfDoublePrecision() {
        SplittableRandom random = new SplittableRandom(8);
        int dim = 64;
        int k = 600;
        int count = 3000;
        float[] codes = patches(random, k, dim);
        float[] x = patches(random, count, dim);
        int[] indices = assertTwinsAgree(x, 0, count, codes, k, dim);
        int wrong = 0;
        for (int i = 0; i < count; i++) {
            double nearest = Double.POSITIVE_INFINITY;
            for (int j = 0; j < k; j++) {
                nearest = Math.min(nearest, Distances.squared(x, i * dim, codes, j * dim, dim));
            }
            wrong += Distances.squared(x, i * dim, codes, indices[i] * dim, dim) > nearest ? 1 : 0;
        }
        assertTrue(wrong <= 2, wrong + " of " + count + " picks are not the nearest");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 16})
    void theBestOfEachVectorAreThoseOfSortedScores(int width) {
        SplittableRandom random = new SplittableRandom(width);
        for (int dim : new int[] {1, 3, 24}) {
            for (int k : new int[] {16, 37, 300}) {
                int count = 41;
                float[] codes = patches(random, k, dim);
                float[] x = patches(random, count, dim);
                CentredCodes centred = CentredCodes.of(codes, k, dim);
                int[][] indices = new int[2][count * width];
                float[][] scores = new float[2][count * width];
                float[][] norms = new float[2][count];
                new ScalarNearestKernel(centred).best(x, 0, count, width, indices[0], scores[0], norms[0]);
                VectorNearestKernel.of(centred).best(x, 0, count, width, indices[1], scores[1], norms[1]);
                assertArrayEquals(indices[0], indices[1]);
                assertArrayEquals(scores[0], scores[1]);
                assertArrayEquals(norms[0], norms[1]);
                for (int i = 0; i < count; i++) {
                    int row = i;
                    int[] sorted = IntStream.range(0, k)
                            .boxed()
                            .sorted(Comparator.comparingDouble(
                                    j -> Distances.squared(x, row * dim, codes, j * dim, dim)))
                            .mapToInt(Integer::intValue)
                            .toArray();
                    for (int w = 0; w < width; w++) {
                        double expected = Distances.squared(x, i * dim, codes, sorted[w] * dim, dim);
                        double actual = Distances.squared(x, i * dim, codes, indices[1][i * width + w] * dim, dim);
                        assertEquals(expected, actual, 1e-3 + 1e-4 * norms[1][i]);
                    }
                }
            }
        }
    }
}
