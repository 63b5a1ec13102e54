package dev.tessera.codebook.implicit;

import static dev.tessera.codebook.implicit.SignQuantizersTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.learn.PyramidGainFit;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PyramidVectorQuantizerTest {
    /** Every vector of {@code dim} values whose magnitudes sum to {@code pulses}. */
    private static List<int[]> allVectors(int dim, int pulses) {
        List<int[]> out = new ArrayList<>();
        extend(new int[dim], 0, pulses, out);
        return out;
    }

    private static void extend(int[] vector, int d, int left, List<int[]> out) {
        if (d == vector.length) {
            if (left == 0) {
                out.add(vector.clone());
            }
            return;
        }
        for (int value = -left; value <= left; value++) {
            vector[d] = value;
            extend(vector, d + 1, left - Math.abs(value), out);
        }
    }

    /** V(N, K) in closed form, sum over k of 2^k C(N, k) C(K - 1, k - 1). */
    private static BigInteger closedForm(int dim, int pulses) {
        BigInteger sum = BigInteger.ZERO;
        for (int k = 1; k <= Math.min(dim, pulses); k++) {
            sum = sum.add(BigInteger.TWO.pow(k).multiply(binomial(dim, k)).multiply(binomial(pulses - 1, k - 1)));
        }
        return sum;
    }

    private static BigInteger binomial(int n, int k) {
        BigInteger value = BigInteger.ONE;
        for (int i = 0; i < k; i++) {
            value = value.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
        }
        return value;
    }

    @Test
    void everySmallPyramidIsNumberedOneToOne() {
        for (int dim = 1; dim <= 6; dim++) {
            for (int pulses = 1; pulses <= 6; pulses++) {
                PyramidEnumeration pyramid = new PyramidEnumeration(dim, pulses);
                List<int[]> vectors = allVectors(dim, pulses);
                assertEquals(BigInteger.valueOf(vectors.size()), pyramid.size());
                Set<BigInteger> seen = new HashSet<>();
                for (int[] vector : vectors) {
                    BigInteger index = pyramid.index(vector);
                    assertTrue(index.signum() >= 0 && index.compareTo(pyramid.size()) < 0);
                    assertTrue(seen.add(index));
                    assertArrayEquals(vector, pyramid.vector(index));
                }
            }
        }
    }

    /** The order of RFC 6716, section 4.3.4.2: its decoding procedure, written out with V(N, K) alone. */
    @ParameterizedTest
    @CsvSource({"1, 3", "2, 4", "3, 5", "4, 3", "5, 5"})
    void orderIsThatOfTheRfc(int dim, int pulses) {
        PyramidEnumeration pyramid = new PyramidEnumeration(dim, pulses);
        for (long index = 0; index < pyramid.size().longValueExact(); index++) {
            assertArrayEquals(rfcDecode(index, dim, pulses), pyramid.vector(BigInteger.valueOf(index)));
        }
    }

    private static int[] rfcDecode(long i, int dim, int pulses) {
        int[] x = new int[dim];
        int k = pulses;
        for (int j = 0; j < dim; j++) {
            long p = (count(dim - j - 1, k) + count(dim - j, k)) / 2;
            int sign = 1;
            if (i >= p) {
                sign = -1;
                i -= p;
            }
            int before = k;
            p -= count(dim - j - 1, k);
            while (p > i) {
                k--;
                p -= count(dim - j - 1, k);
            }
            x[j] = sign * (before - k);
            i -= p;
        }
        return x;
    }

    private static long count(int dim, int pulses) {
        if (pulses == 0) {
            return 1;
        }
        return dim == 0 ? 0 : closedForm(dim, pulses).longValueExact();
    }

    /** Sizes around 2^31 and 2^63, and far above. */
    @ParameterizedTest
    @CsvSource({
        "1, 1000",
        "2, 1000",
        "16, 8",
        "8, 30",
        "9, 30",
        "24, 22",
        "32, 16",
        "32, 17",
        "64, 64",
        "176, 200",
        "1024, 40"
    })
    void largePyramidsRoundTripAtRandomAndAtTheEnds(int dim, int pulses) {
        PyramidEnumeration pyramid = new PyramidEnumeration(dim, pulses);
        assertEquals(closedForm(dim, pulses), pyramid.size());
        SplittableRandom random = new SplittableRandom(dim * 1000L + pulses);
        List<BigInteger> indices = new ArrayList<>();
        indices.add(BigInteger.ZERO);
        indices.add(pyramid.size().subtract(BigInteger.ONE));
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[pyramid.size().bitLength() / 8 + 2];
            random.nextBytes(bytes);
            indices.add(new BigInteger(1, bytes).mod(pyramid.size()));
        }
        for (BigInteger index : indices) {
            int[] vector = pyramid.vector(index);
            assertEquals(pulses, Arrays.stream(vector).map(Math::abs).sum());
            assertEquals(index, pyramid.index(vector));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 3", "3, 1", "3, 7", "4, 5", "6, 4", "8, 3"})
    void searchFindsTheBestDirectionNearlyAlways(int dim, int pulses) {
        PyramidVectorQuantizer quantizer = new PyramidVectorQuantizer(dim, pulses);
        List<int[]> vectors = allVectors(dim, pulses);
        Latents latents = SignQuantizersTest.gaussian(31, 400, dim);
        float[] chosen = quantizer.dequantize(quantizer.quantize(latents), 400).data();
        int optimal = 0;
        for (int i = 0; i < 400; i++) {
            double best = -1;
            for (int[] vector : vectors) {
                double dot = 0;
                double squares = 0;
                for (int d = 0; d < dim; d++) {
                    dot += (double) vector[d] * latents.data()[i * dim + d];
                    squares += vector[d] * vector[d];
                }
                best = Math.max(best, dot / Math.sqrt(squares));
            }
            double found = 0;
            double norm = 0;
            for (int d = 0; d < dim; d++) {
                found += (double) chosen[i * dim + d] * latents.data()[i * dim + d];
                norm += (double) chosen[i * dim + d] * chosen[i * dim + d];
            }
            assertEquals(1, norm, 1e-6);
            assertTrue(found > 0.97 * best, found + " of " + best);
            optimal += found > best * (1 - 1e-6) ? 1 : 0;
        }
        assertTrue(optimal >= 398, optimal + " of 400 are optimal");
    }

    @Test
    void everyCodeIsItsOwnNearest() {
        for (int[] shape : new int[][] {{1, 4}, {2, 9}, {4, 6}, {5, 5}, {9, 3}}) {
            PyramidVectorQuantizer quantizer = new PyramidVectorQuantizer(shape[0], shape[1]);
            int size = quantizer.codebookSizes()[0];
            for (int index = 0; index < size; index++) {
                Latents direction = quantizer.dequantize(new int[] {index}, 1);
                int found = quantizer.quantize(direction)[0];
                // (2, 0) and (1, 0) point the same way, but only one of them has K pulses: directions are unique unless
                // all values share a factor
                int[] a = quantizer.pyramid().vector(BigInteger.valueOf(index));
                int[] b = quantizer.pyramid().vector(BigInteger.valueOf(found));
                assertArrayEquals(a, b);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"16, 8, 1", "16, 16, 2", "32, 16, 2", "40, 40, 4", "176, 200, 16"})
    void stagesJoinToTheIndexOfThePyramid(int dim, int pulses, int stages) {
        PyramidVectorQuantizer quantizer = new PyramidVectorQuantizer(dim, pulses, new float[] {1, 2, 0.5f});
        int[] sizes = quantizer.codebookSizes();
        assertEquals(stages + 1, sizes.length);
        assertEquals(3, sizes[stages]);
        int[] shapeSizes = Arrays.copyOf(sizes, stages);
        Latents latents = SignQuantizersTest.gaussian(dim, 50, dim);
        int[] indices = quantizer.quantize(latents);
        Latents back = quantizer.dequantize(indices, 50);
        assertArrayEquals(indices, quantizer.quantize(back));
        for (int i = 0; i < 50; i++) {
            int[] vector = quantizer.pyramid().vector(SignQuantizersTest.joint(indices, i * sizes.length, shapeSizes));
            double norm =
                    Math.sqrt(Arrays.stream(vector).mapToDouble(v -> v * v).sum());
            double gain = quantizer.gains()[indices[i * sizes.length + stages]];
            for (int d = 0; d < dim; d++) {
                assertEquals(gain * vector[d] / norm, back.data()[i * dim + d], 1e-6);
            }
        }
        int[] beyond = new int[sizes.length];
        for (int s = 0; s < stages; s++) {
            beyond[s] = sizes[s] - 1;
        }
        BigInteger joint = SignQuantizersTest.joint(beyond, 0, shapeSizes);
        if (joint.compareTo(quantizer.pyramid().size()) >= 0) {
            assertMessage(
                    "joint index is " + joint + ", must be in [0, "
                            + quantizer.pyramid().size() + ")",
                    () -> quantizer.dequantize(beyond, 1));
        }
    }

    @Test
    void gainIsTheNearestToTheProjection() {
        Latents latents = TestVectors.mixture(3, 500, 6, 8);
        PyramidVectorQuantizer quantizer = new PyramidVectorQuantizer(6, 5, new float[] {0, 3, 6, 9, 12});
        PyramidVectorQuantizer directions = new PyramidVectorQuantizer(6, 5);
        int[] indices = quantizer.quantize(latents);
        float[] unit = directions.dequantize(directions.quantize(latents), 500).data();
        float[] gains = directions.leastSquaresGains(latents, 2);
        for (int i = 0; i < 500; i++) {
            double projection = 0;
            for (int d = 0; d < 6; d++) {
                projection += (double) unit[i * 6 + d] * latents.data()[i * 6 + d];
            }
            assertEquals(projection, gains[i], 1e-5);
            assertEquals(Math.min(4, Math.round(projection / 3)), indices[2 * i + 1]);
        }
    }

    @Test
    void learnedGainsBeatEquallySpacedOnes() {
        Latents latents = TestVectors.mixture(3, 4000, 6, 20);
        PyramidGainFit.Builder builder = PyramidGainFit.builder().pulses(6).gainLevels(8);
        double spaced =
                TestVectors.distortion(latents, builder.iterations(0).build().fit(latents));
        PyramidVectorQuantizer one = builder.iterations(100).threads(1).build().fit(latents);
        double learned = TestVectors.distortion(latents, one);
        assertTrue(learned < spaced, learned + " against " + spaced);
        for (int threads : new int[] {2, 7}) {
            PyramidVectorQuantizer other = builder.threads(threads).build().fit(latents);
            assertArrayEquals(one.gains(), other.gains());
            assertArrayEquals(one.quantize(latents), one.quantize(latents, threads));
        }
    }

    @Test
    void zeroAndOddVectorsAreDefined() {
        PyramidVectorQuantizer quantizer = new PyramidVectorQuantizer(3, 4, new float[] {2, 0.1f});
        float[] x = {0, 0, 0, Float.NaN, 1, 1, 1, Float.NEGATIVE_INFINITY, 0, 0, -1e-45f, 0, 3e38f, 3e38f, -3e38f};
        int[] indices = quantizer.quantize(Latents.of(5, 3, x));
        float[] y = quantizer.dequantize(indices, 5).data();
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(new float[] {0.1f, 0, 0}, Arrays.copyOfRange(y, 3 * i, 3 * i + 3));
        }
        assertArrayEquals(new float[] {0, -0.1f, 0}, Arrays.copyOfRange(y, 9, 12));
        float part = (float) (2 / Math.sqrt(6));
        assertArrayEquals(new float[] {2 * part, part, -part}, Arrays.copyOfRange(y, 12, 15), 1e-6f);
    }

    @Test
    void badArgumentsAreNamed() {
        assertMessage("dim is 0, must be at least 1", () -> new PyramidVectorQuantizer(0, 1));
        assertMessage("pulses is 0, must be at least 1", () -> new PyramidVectorQuantizer(1, 0));
        assertMessage(
                "dim is 1024 and pulses is 1000, dim x (pulses + 2) must be at most 262144",
                () -> new PyramidVectorQuantizer(1024, 1000));
        assertMessage(
                "gains[0] is NaN, must be finite", () -> new PyramidVectorQuantizer(2, 2, new float[] {Float.NaN}));
        PyramidEnumeration pyramid = new PyramidEnumeration(3, 2);
        assertMessage("vector has 3 pulses, must have 2", () -> pyramid.index(new int[] {1, -1, 1}));
        assertMessage("vector has 2 values, must have dim = 3", () -> pyramid.index(new int[] {1, 1}));
        assertMessage("index is 18, must be in [0, 18)", () -> pyramid.vector(BigInteger.valueOf(18)));
        PyramidVectorQuantizer quantizer = new PyramidVectorQuantizer(3, 2);
        assertMessage(
                "index is 18 at position 0 of stage 0, must be in [0, 18)",
                () -> quantizer.dequantize(new int[] {18}, 1));
    }
}
