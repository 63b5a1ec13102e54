package dev.tessera.codebook.implicit;

import static dev.tessera.codebook.implicit.SignQuantizersTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.learn.LatentQuantizerFit;
import dev.tessera.codebook.learn.LatentQuantizerResult;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatentQuantizerTest {
    private static final float[][] SMALL = {{-1, 0, 2}, {5, -5}, {0.25f}, {1, 1, 3, -2}};

    @Test
    void nearestValuePerDimensionAndMixedRadixIndexAgainstEnumeration() {
        LatentQuantizer quantizer = new LatentQuantizer(SMALL);
        assertArrayEquals(new int[] {24}, quantizer.codebookSizes());
        Latents latents = SignQuantizersTest.gaussian(9, 300, 4);
        float[] codes =
                quantizer.dequantize(IntStream.range(0, 24).toArray(), 24).data();
        int[] indices = quantizer.quantize(latents);
        for (int i = 0; i < 300; i++) {
            int best = 0;
            double least = Double.MAX_VALUE;
            for (int j = 0; j < 24; j++) {
                double distance = 0;
                for (int d = 0; d < 4; d++) {
                    distance += Math.pow((double) latents.data()[i * 4 + d] - codes[j * 4 + d], 2);
                }
                if (distance < least) {
                    least = distance;
                    best = j;
                }
            }
            assertEquals(best, indices[i]);
        }
        // digits 2, 1, 0, 3 -> 2 + 3 (1 + 2 (0 + 1 x 3)) = 23
        assertArrayEquals(
                new float[] {2, -5, 0.25f, -2},
                quantizer.dequantize(new int[] {23}, 1).data());
    }

    @Test
    void lowestIndexWinsTiesAndRepeatedValues() {
        LatentQuantizer quantizer = new LatentQuantizer(new float[][] {{3, 1, 2, 1}});
        Latents latents = Latents.of(5, 1, new float[] {2.5f, 1.5f, 1, 9, Float.NaN});
        assertArrayEquals(new int[] {0, 1, 1, 0, 0}, quantizer.quantize(latents));
    }

    @Test
    void aLargeBookIsCutBetweenDimensionsAndJoinsToTheMixedRadixIndex() {
        int dim = 23;
        float[][] values = new float[dim][];
        SplittableRandom random = new SplittableRandom(2);
        for (int d = 0; d < dim; d++) {
            values[d] = new float[2 + d % 9];
            for (int k = 0; k < values[d].length; k++) {
                values[d][k] = (float) random.nextGaussian();
            }
        }
        LatentQuantizer quantizer = new LatentQuantizer(values);
        int[] sizes = quantizer.codebookSizes();
        assertTrue(sizes.length > 1);
        Latents latents = SignQuantizersTest.gaussian(8, 100, dim);
        int[] indices = quantizer.quantize(latents);
        for (int size : sizes) {
            assertTrue(size <= 1 << 30);
        }
        for (int i = 0; i < 100; i++) {
            BigInteger expected = BigInteger.ZERO;
            BigInteger weight = BigInteger.ONE;
            for (int d = 0; d < dim; d++) {
                int digit = 0;
                float x = latents.data()[i * dim + d];
                for (int k = 1; k < values[d].length; k++) {
                    digit = Math.abs(x - values[d][k]) < Math.abs(x - values[d][digit]) ? k : digit;
                }
                expected = expected.add(weight.multiply(BigInteger.valueOf(digit)));
                weight = weight.multiply(BigInteger.valueOf(values[d].length));
            }
            assertEquals(expected, SignQuantizersTest.joint(indices, i * sizes.length, sizes));
        }
        Latents back = quantizer.dequantize(indices, 100);
        assertArrayEquals(indices, quantizer.quantize(back));
        LatentQuantizer again = new LatentQuantizer(quantizer.values());
        assertArrayEquals(
                back.data(), again.dequantize(again.quantize(latents), 100).data());
        // 7 x 7 ... = 7^11 = 1977326743 codes still fit one stage
        assertArrayEquals(new int[] {1977326743}, new LatentQuantizer(new float[11][7]).codebookSizes());
    }

    /** One update at a time, with plain loops over unsorted samples. */
    @Test
    void learnerFollowsPlainLloyd() {
        Latents vectors = TestVectors.mixture(6, 3000, 3, 7);
        LatentQuantizerFit.Builder builder = LatentQuantizerFit.builder().levels(6);
        double previous = Double.MAX_VALUE;
        for (int iterations : new int[] {0, 1, 2, 5, 20}) {
            LatentQuantizerResult result =
                    builder.iterations(iterations).build().run(vectors);
            for (int d = 0; d < 3; d++) {
                double[] expected = plainLloyd(vectors, d, 6, iterations);
                float[] values = result.quantizer().values()[d];
                for (int k = 0; k < 6; k++) {
                    assertEquals(expected[k], values[k], 1e-4, "dimension " + d + ", level " + k);
                }
            }
            double sum = result.distortions().stream().mapToDouble(x -> x).sum();
            assertEquals(TestVectors.distortion(vectors, result.quantizer()), sum, 1e-6 * sum);
            assertTrue(sum < previous);
            assertEquals(0, result.repairs());
            previous = sum;
        }
    }

    private static double[] plainLloyd(Latents vectors, int d, int levels, int iterations) {
        int dim = vectors.dim();
        double low = Double.MAX_VALUE;
        double high = -Double.MAX_VALUE;
        for (int i = 0; i < vectors.count(); i++) {
            low = Math.min(low, vectors.data()[i * dim + d]);
            high = Math.max(high, vectors.data()[i * dim + d]);
        }
        double[] values = new double[levels];
        for (int k = 0; k < levels; k++) {
            values[k] = low + (high - low) * k / (levels - 1);
        }
        for (int it = 0; it < iterations; it++) {
            double[] sums = new double[levels];
            int[] counts = new int[levels];
            for (int i = 0; i < vectors.count(); i++) {
                double x = vectors.data()[i * dim + d];
                int best = 0;
                for (int k = 1; k < levels; k++) {
                    best = Math.abs(x - values[k]) < Math.abs(x - values[best]) ? k : best;
                }
                sums[best] += x;
                counts[best]++;
            }
            for (int k = 0; k < levels; k++) {
                values[k] = counts[k] > 0 ? sums[k] / counts[k] : values[k];
            }
        }
        return values;
    }

    @Test
    void learnerUsesEveryLevelFromABadStartAndFindsFewDistinctValues() {
        Latents vectors = TestVectors.mixture(6, 3000, 2, 7);
        LatentQuantizerResult result = LatentQuantizerFit.builder()
                .levels(10)
                .startRange(100, 101)
                .build()
                .run(vectors);
        assertTrue(result.repairs() > 0);
        assertTrue(result.converged());
        int[] usage = new int[100];
        for (int index : result.quantizer().quantize(vectors)) {
            usage[index % 10]++;
        }
        assertEquals(0, Arrays.stream(usage, 0, 10).filter(u -> u == 0).count());

        LatentQuantizerResult few = LatentQuantizerFit.builder()
                .levels(4, 3)
                .build()
                .run(Latents.of(4, 2, new float[] {1, 7, 5, 7, 1, 7, -2, 7}));
        assertArrayEquals(new float[] {-2, 1, 5, 5}, few.quantizer().values()[0]);
        assertArrayEquals(new float[] {7, 7, 7}, few.quantizer().values()[1]);
        assertEquals(0, few.distortions().get(0) + few.distortions().get(1));
    }

    @Test
    void sameValuesAndIndicesForAnyThreadCount() {
        Latents vectors = TestVectors.mixture(1, 5000, 9, 4);
        LatentQuantizer one = LatentQuantizerFit.builder().threads(1).build().fit(vectors);
        for (int threads : new int[] {2, 7}) {
            LatentQuantizer other =
                    LatentQuantizerFit.builder().threads(threads).build().fit(vectors);
            assertTrue(Arrays.deepEquals(one.values(), other.values()));
            assertArrayEquals(one.quantize(vectors), one.quantize(vectors, threads));
        }
    }

    @Test
    void badArgumentsAreNamed() {
        assertMessage(
                "the number of dimensions of values is 0, must be at least 1",
                () -> new LatentQuantizer(new float[0][]));
        assertMessage(
                "the number of values of dimension 1 is 0, must be at least 1",
                () -> new LatentQuantizer(new float[][] {{1}, {}}));
        assertMessage("values[0][1] is NaN, must be finite", () -> new LatentQuantizer(new float[][] {{1, Float.NaN}}));
        LatentQuantizer quantizer = new LatentQuantizer(SMALL);
        assertMessage(
                "index is 24 at position 1 of stage 0, must be in [0, 24)",
                () -> quantizer.dequantize(new int[] {0, 24}, 2));
        assertMessage(
                "levels has 2 values, must have 1 or the dim of the vectors, 3",
                () -> LatentQuantizerFit.builder().levels(2, 2).build().run(Latents.of(1, 3, new float[3])));
        assertMessage(
                "vector 0 has the value Infinity in dimension 1, must be finite",
                () -> LatentQuantizerFit.builder().build().run(Latents.of(1, 2, new float[] {0, Float.POSITIVE_INFINITY
                })));
        assertMessage(
                "startRange is [1.0, 0.0], must be finite, low at most high",
                () -> LatentQuantizerFit.builder().startRange(1, 0));
    }
}
