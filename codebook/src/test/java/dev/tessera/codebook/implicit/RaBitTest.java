package dev.tessera.codebook.implicit;

import static dev.tessera.codebook.implicit.SignQuantizersTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.learn.RaBitFit;
import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaBitTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 200})
    void rotationIsOrthogonalToDoublePrecision(int dim) {
        RandomRotation rotation = new RandomRotation(dim, 5);
        for (int i = 0; i < dim; i++) {
            for (int j = 0; j <= i; j++) {
                double dot = 0;
                for (int d = 0; d < dim; d++) {
                    dot += rotation.get(i, d) * rotation.get(j, d);
                }
                assertEquals(i == j ? 1 : 0, dot, 1e-14);
            }
        }
        double[] x = new double[dim];
        Arrays.setAll(x, d -> d - 3.5);
        double[] turned = new double[dim];
        double[] back = new double[dim];
        rotation.apply(x, turned);
        for (int i = 0; i < dim; i++) {
            double dot = 0;
            for (int d = 0; d < dim; d++) {
                dot += rotation.get(i, d) * x[d];
            }
            assertEquals(dot, turned[i], 1e-10);
        }
        rotation.applyTransposed(turned, back);
        assertArrayEquals(x, back, 1e-11);
    }

    /** An entry of a uniform rotation has mean 0 and mean square 1/D. */
    @Test
    void rotationsAreSpreadEvenly() {
        int dim = 4;
        int trials = 4000;
        double[] sums = new double[16];
        double[] squares = new double[16];
        for (int seed = 0; seed < trials; seed++) {
            RandomRotation rotation = new RandomRotation(dim, seed);
            for (int k = 0; k < 16; k++) {
                double entry = rotation.get(k / 4, k % 4);
                sums[k] += entry;
                squares[k] += entry * entry;
            }
        }
        for (int k = 0; k < 16; k++) {
            assertEquals(0, sums[k] / trials, 5 * 0.5 / Math.sqrt(trials));
            assertEquals(0.25, squares[k] / trials, 5 * 0.25 / Math.sqrt(trials));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 30, 31, 64})
    void codeAndReconstructionAgainstPlainMatrices(int dim) {
        Latents vectors = TestVectors.mixture(dim, 300, dim, 6);
        RaBitQuantizer quantizer = RaBitFit.builder().seed(7).build().fit(vectors);
        RandomRotation rotation = new RandomRotation(dim, 7);
        int[] sizes = quantizer.codebookSizes();
        assertEquals((dim + 29) / 30 + 1, sizes.length);
        assertEquals(256, sizes[sizes.length - 1]);
        int[] signSizes = Arrays.copyOf(sizes, sizes.length - 1);
        int[] indices = quantizer.quantize(vectors);
        float[] y = quantizer.dequantize(indices, 300).data();
        float[] gains = quantizer.leastSquaresGains(vectors, 1);
        for (int i = 0; i < 300; i++) {
            BigInteger bits = SignQuantizersTest.joint(indices, i * sizes.length, signSizes);
            double[] direction = new double[dim];
            for (int d = 0; d < dim; d++) {
                double rotated = 0;
                for (int k = 0; k < dim; k++) {
                    rotated += rotation.get(d, k)
                            * ((double) vectors.data()[i * dim + k] - quantizer.centre()[k]);
                }
                if (Math.abs(rotated) > 1e-6) {
                    assertEquals(rotated > 0, bits.testBit(d));
                }
                for (int k = 0; k < dim; k++) {
                    direction[k] += rotation.get(d, k) * (bits.testBit(d) ? 1 : -1) / Math.sqrt(dim);
                }
            }
            double norm = 0;
            double projection = 0;
            for (int k = 0; k < dim; k++) {
                norm += direction[k] * direction[k];
                projection += direction[k]
                        * ((double) vectors.data()[i * dim + k] - quantizer.centre()[k]);
            }
            assertEquals(1, norm, 1e-12);
            assertEquals(projection, gains[i], 1e-6 * projection);
            double gain = quantizer.gains()[indices[(i + 1) * sizes.length - 1]];
            for (double other : quantizer.gains()) {
                assertTrue(Math.abs(gain - projection) <= Math.abs(other - projection) + 1e-6);
            }
            for (int k = 0; k < dim; k++) {
                assertEquals(quantizer.centre()[k] + gain * direction[k], y[i * dim + k], 1e-5);
            }
        }
        assertArrayEquals(indices, quantizer.quantize(Latents.of(300, dim, y)));
    }

    /** Distortion of signs with the best gain: |x - c|^2 (1 - cos^2), where the mean cos^2 is near 2/pi. */
    @Test
    void distortionIsThatOfOneBitPerDimension() {
        Latents vectors = SignQuantizersTest.gaussian(2, 3000, 64);
        RaBitQuantizer quantizer = RaBitFit.builder().build().fit(vectors);
        assertEquals(64 * (1 - 2 / Math.PI), TestVectors.distortion(vectors, quantizer), 0.5);
    }

    @Test
    void gainTableIsZeroAndAGeometricSequence() {
        Latents vectors = TestVectors.mixture(3, 2000, 10, 6);
        RaBitQuantizer quantizer = RaBitFit.builder().gainLevels(20).build().fit(vectors);
        float[] table = quantizer.gains();
        float[] gains = quantizer.leastSquaresGains(vectors, 1);
        Arrays.sort(gains);
        assertEquals(0, table[0]);
        assertEquals(gains[0], table[1], 1e-6 * gains[0]);
        assertEquals(gains[1999], table[19], 1e-6 * gains[1999]);
        for (int k = 2; k < 20; k++) {
            assertEquals(Math.pow((double) table[19] / table[1], 1 / 18.0), table[k] / table[k - 1], 1e-5);
        }
        for (int d = 0; d < 10; d++) {
            double mean = 0;
            for (int i = 0; i < 2000; i++) {
                mean += vectors.data()[i * 10 + d] / 2000.0;
            }
            assertEquals(mean, quantizer.centre()[d], 1e-5);
        }
    }

    @Test
    void centreComesBackExactly() {
        RaBitQuantizer quantizer = new RaBitQuantizer(new float[] {1, 2, 3}, new float[] {0.5f, 0, 9}, 1);
        int[] indices = quantizer.quantize(Latents.of(1, 3, new float[] {1, 2, 3}));
        assertArrayEquals(new int[] {0, 1}, indices);
        assertArrayEquals(
                new float[] {1, 2, 3}, quantizer.dequantize(indices, 1).data());
        RaBitQuantizer same = RaBitFit.builder().build().fit(Latents.of(2, 1, new float[] {4, 4}));
        assertArrayEquals(new float[] {0}, same.gains());
        assertArrayEquals(new float[] {4}, same.dequantize(new int[] {1, 0}, 1).data());
        RaBitQuantizer odd = RaBitFit.builder().build().fit(Latents.of(2, 1, new float[] {-1, 1}));
        assertArrayEquals(new float[] {0, 1}, odd.gains());
    }

    /**
     * Over rotations the estimate has the true inner product as its mean, within four standard errors, while the inner
     * product with the reconstruction falls short by far more.
     */
    @Test
    void innerProductIsUnbiasedOverRotations() {
        int dim = 12;
        int trials = 20_000;
        Latents pairs = SignQuantizersTest.gaussian(8, 2, dim);
        float[] x = Arrays.copyOf(pairs.data(), dim);
        float[] y = Arrays.copyOfRange(pairs.data(), dim, 2 * dim);
        float[] centre = new float[dim];
        Arrays.fill(centre, 0.3f);
        double truth = 0;
        double fromCentre = 0;
        for (int d = 0; d < dim; d++) {
            y[d] += x[d]; // a query that resembles the vector
            truth += (double) x[d] * y[d];
            fromCentre += ((double) x[d] - centre[d]) * y[d];
        }
        double sum = 0;
        double squares = 0;
        double plain = 0;
        for (int seed = 0; seed < trials; seed++) {
            RaBitQuantizer quantizer = new RaBitQuantizer(centre, new float[1], seed);
            float gain = quantizer.leastSquaresGains(Latents.of(1, dim, x), 1)[0];
            quantizer = quantizer.withGains(new float[] {gain});
            RaBitEstimator estimator = new RaBitEstimator(quantizer);
            double estimate = estimator.query(y).innerProduct(estimator.encode(x));
            sum += estimate;
            squares += estimate * estimate;
            float[] back = quantizer
                    .dequantize(quantizer.quantize(Latents.of(1, dim, x)), 1)
                    .data();
            for (int d = 0; d < dim; d++) {
                plain += (double) back[d] * y[d];
            }
        }
        double mean = sum / trials;
        double error = Math.sqrt((squares / trials - mean * mean) / trials);
        assertEquals(truth, mean, 4 * error);
        assertTrue(error < 0.01 * Math.abs(truth), "standard error " + error + ", truth " + truth);
        assertTrue(Math.abs(plain / trials - truth) > 0.2 * fromCentre, "the reconstruction is biased");
    }

    @Test
    void estimateIsExactForTheQuantizedDirectionAndTheCentre() {
        RaBitQuantizer quantizer = new RaBitQuantizer(new float[70], new float[] {1}, 3);
        RaBitEstimator estimator = new RaBitEstimator(quantizer);
        Latents latents = SignQuantizersTest.gaussian(1, 2, 70);
        float[] q = quantizer
                .dequantize(quantizer.quantize(Latents.of(1, 70, Arrays.copyOf(latents.data(), 70))), 1)
                .data();
        float[] y = Arrays.copyOfRange(latents.data(), 70, 140);
        double truth = 0;
        for (int d = 0; d < 70; d++) {
            truth += (double) q[d] * y[d];
        }
        RaBitCode code = estimator.encode(q);
        assertEquals(1, code.norm(), 1e-6);
        assertEquals(1, code.alignment(), 1e-6);
        assertEquals(truth, estimator.query(y).innerProduct(code), 1e-5);
        RaBitCode centre = estimator.encode(new float[70]);
        assertEquals(new RaBitCode(new long[2], 0, 0), centre);
        assertEquals(0, estimator.query(y).innerProduct(centre));
    }

    @Test
    void sameQuantizerForAnyThreadCountAndFromItsParts() {
        Latents vectors = TestVectors.mixture(5, 5000, 20, 9);
        RaBitQuantizer one = RaBitFit.builder().threads(1).seed(4).build().fit(vectors);
        for (int threads : new int[] {2, 7}) {
            RaBitQuantizer other =
                    RaBitFit.builder().threads(threads).seed(4).build().fit(vectors);
            assertArrayEquals(one.centre(), other.centre());
            assertArrayEquals(one.gains(), other.gains());
            assertArrayEquals(one.quantize(vectors), other.quantize(vectors, threads));
        }
        RaBitQuantizer again = new RaBitQuantizer(one.centre(), one.gains(), one.seed());
        assertArrayEquals(one.quantize(vectors), again.quantize(vectors));
    }

    @Test
    void badArgumentsAreNamed() {
        assertMessage("dim is 0, must be in [1, 4096]", () -> new RaBitQuantizer(new float[0], new float[1], 1));
        assertMessage(
                "the number of gains is 0, must be at least 1",
                () -> new RaBitQuantizer(new float[2], new float[0], 1));
        assertMessage(
                "gainLevels is 1, must be at least 2", () -> RaBitFit.builder().gainLevels(1));
        RaBitQuantizer quantizer = new RaBitQuantizer(new float[2], new float[3], 1);
        assertMessage(
                "index is 3 at position 0 of stage 1, must be in [0, 3)",
                () -> quantizer.dequantize(new int[] {0, 3}, 1));
        RaBitEstimator estimator = new RaBitEstimator(quantizer);
        assertMessage("x has 3 values, must have dim = 2", () -> estimator.encode(new float[3]));
        assertMessage("y[1] is NaN, must be finite", () -> estimator.query(new float[] {0, Float.NaN}));
    }
}
