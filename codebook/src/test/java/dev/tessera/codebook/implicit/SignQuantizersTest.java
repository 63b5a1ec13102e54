package dev.tessera.codebook.implicit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.TestVectors;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignQuantizersTest {
    /** Sum over stages of index x the sizes before it, as the package promises. */
    static BigInteger joint(int[] indices, int at, int[] sizes) {
        BigInteger joint = BigInteger.ZERO;
        BigInteger weight = BigInteger.ONE;
        for (int s = 0; s < sizes.length; s++) {
            joint = joint.add(weight.multiply(BigInteger.valueOf(indices[at + s])));
            weight = weight.multiply(BigInteger.valueOf(sizes[s]));
        }
        return joint;
    }

    static Latents gaussian(long seed, int count, int dim) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[count * dim];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Latents.of(count, dim, x);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 18, 30, 31, 60, 61, 100})
    void jointIndexIsTheBinaryNumberOfTheSignsInEitherOrder(int dim) {
        Latents latents = gaussian(dim, 40, dim);
        for (BitOrder order : BitOrder.values()) {
            for (Quantizer quantizer :
                    List.of(new LookupFreeQuantizer(dim, 0.5f, order), new BinarySphericalQuantizer(dim, order))) {
                int[] sizes = quantizer.codebookSizes();
                assertEquals(dim <= 30 ? 1 : (dim + 29) / 30, sizes.length);
                BigInteger product =
                        Arrays.stream(sizes).mapToObj(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
                assertEquals(BigInteger.TWO.pow(dim), product);
                int[] indices = quantizer.quantize(latents);
                float[] back = quantizer.dequantize(indices, 40).data();
                double magnitude = quantizer instanceof LookupFreeQuantizer ? 0.5 : 1 / Math.sqrt(dim);
                for (int i = 0; i < 40; i++) {
                    StringBuilder digits = new StringBuilder();
                    for (int d = 0; d < dim; d++) {
                        float x = latents.data()[i * dim + d];
                        digits.append(x > 0 ? '1' : '0');
                        assertEquals(x > 0 ? magnitude : -magnitude, back[i * dim + d], 1e-7);
                    }
                    if (order == BitOrder.LEAST_SIGNIFICANT_FIRST) {
                        digits.reverse();
                    }
                    assertEquals(new BigInteger(digits.toString(), 2), joint(indices, i * sizes.length, sizes));
                }
                assertArrayEquals(indices, quantizer.quantize(Latents.of(40, dim, back)));
            }
        }
    }

    @Test
    void knownIndices() {
        Latents latents = Latents.of(2, 3, new float[] {1, -1, -2, 0, -0f, Float.NaN});
        assertArrayEquals(
                new int[] {4, 0}, new LookupFreeQuantizer(3, 1, BitOrder.MOST_SIGNIFICANT_FIRST).quantize(latents));
        assertArrayEquals(
                new int[] {1, 0}, new LookupFreeQuantizer(3, 1, BitOrder.LEAST_SIGNIFICANT_FIRST).quantize(latents));
    }

    @Test
    void sphericalCodeHasTheLargestCosineAndUnitLength() {
        int dim = 6;
        BinarySphericalQuantizer quantizer = new BinarySphericalQuantizer(dim, BitOrder.MOST_SIGNIFICANT_FIRST);
        Latents latents = gaussian(5, 200, dim);
        float[] codes =
                quantizer.dequantize(IntStream.range(0, 64).toArray(), 64).data();
        int[] indices = quantizer.quantize(latents);
        for (int i = 0; i < 200; i++) {
            int best = 0;
            double most = -9;
            for (int j = 0; j < 64; j++) {
                double dot = 0;
                double norm = 0;
                for (int d = 0; d < dim; d++) {
                    dot += (double) latents.data()[i * dim + d] * codes[j * dim + d];
                    norm += (double) codes[j * dim + d] * codes[j * dim + d];
                }
                assertEquals(1, norm, 1e-6);
                if (dot > most) {
                    most = dot;
                    best = j;
                }
            }
            assertEquals(best, indices[i]);
        }
    }

    @Test
    void projectionIsOnTheSphereAndKeepsZero() {
        Latents latents = Latents.of(4, 2, new float[] {3, -4, 0, 0, 1e30f, 0, 1e-30f, 1e-30f});
        float[] u = BinarySphericalQuantizer.project(latents).data();
        float root = (float) Math.sqrt(0.5);
        assertArrayEquals(new float[] {0.6f, -0.8f, 0, 0, 1, 0, root, root}, u, 1e-7f);
        BinarySphericalQuantizer quantizer = new BinarySphericalQuantizer(2, BitOrder.LEAST_SIGNIFICANT_FIRST);
        assertArrayEquals(new int[] {1, 0, 1, 3}, quantizer.quantize(latents));
    }

    /** Symmetric noise must hit all codes alike: chi-square with 255 degrees of freedom, 99.9 % quantile 330.5. */
    @Test
    void symmetricNoiseUsesAllCodesAlike() {
        int[] usage = new int[256];
        Latents latents = gaussian(77, 51_200, 8);
        for (int index : new LookupFreeQuantizer(8, 1, BitOrder.MOST_SIGNIFICANT_FIRST).quantize(latents, 2)) {
            usage[index]++;
        }
        double chiSquare = 0;
        for (int u : usage) {
            chiSquare += (u - 200.0) * (u - 200.0) / 200;
        }
        assertTrue(chiSquare < 330.5, "chi-square " + chiSquare);
    }

    /** Against the softmax over all 2^D codes. */
    @Test
    void entropiesAgreeWithTheFullSoftmax() {
        int dim = 4;
        double temperature = 1.3;
        Latents latents = gaussian(3, 50, dim);
        double[] full = fullEntropies(latents, temperature);
        EntropyLoss loss = LookupFreeQuantizer.entropyLoss(latents, temperature, 0.7);
        assertEquals(full[0], loss.sampleEntropy(), 1e-12);
        assertTrue(loss.batchEntropy() >= full[1], "subadditivity");
        assertEquals(full[1], loss.batchEntropy(), 0.1); // 50 vectors are nearly independent over bits
        assertEquals(loss.sampleEntropy() - 0.7 * loss.batchEntropy(), loss.value());

        // all combinations of values: the bits are independent over the batch, both terms are exact
        float[] x = new float[16 * dim];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i / dim >> i % dim & 1) == 0 ? 0.3f : -0.1f;
        }
        Latents product = Latents.of(16, dim, x);
        assertEquals(
                fullEntropies(product, temperature)[1],
                LookupFreeQuantizer.entropyLoss(product, temperature, 1).batchEntropy(),
                1e-12);
    }

    private static double[] fullEntropies(Latents latents, double temperature) {
        int dim = latents.dim();
        int codes = 1 << dim;
        DoubleUnaryOperator plogp = p -> p == 0 ? 0 : -p * Math.log(p);
        double[] mean = new double[codes];
        double sample = 0;
        for (int i = 0; i < latents.count(); i++) {
            double[] p = new double[codes];
            for (int j = 0; j < codes; j++) {
                double dot = 0;
                for (int d = 0; d < dim; d++) {
                    dot += latents.data()[i * dim + d] * ((j >> d & 1) == 0 ? -1 : 1);
                }
                p[j] = Math.exp(2 * dot / temperature);
            }
            double sum = Arrays.stream(p).sum();
            for (int j = 0; j < codes; j++) {
                sample += plogp.applyAsDouble(p[j] / sum) / latents.count();
                mean[j] += p[j] / sum / latents.count();
            }
        }
        return new double[] {sample, Arrays.stream(mean).map(plogp).sum()};
    }

    @Test
    void entropiesAtTheEnds() {
        Latents decided = Latents.of(2, 1, new float[] {1e30f, -1e30f});
        EntropyLoss loss = LookupFreeQuantizer.entropyLoss(decided, 0.01, 1);
        assertEquals(0, loss.sampleEntropy());
        assertEquals(Math.log(2), loss.batchEntropy(), 1e-15);
        EntropyLoss open = LookupFreeQuantizer.entropyLoss(Latents.of(1, 3, new float[3]), 0.01, 1);
        assertEquals(3 * Math.log(2), open.sampleEntropy(), 1e-14);
        assertEquals(0, open.value(), 1e-14);
    }

    @Test
    void sameIndicesForAnyThreadCount() {
        Latents latents = TestVectors.mixture(4, 9999, 33, 5);
        for (Quantizer quantizer : List.of(
                new LookupFreeQuantizer(33, 1, BitOrder.MOST_SIGNIFICANT_FIRST),
                new BinarySphericalQuantizer(33, BitOrder.LEAST_SIGNIFICANT_FIRST))) {
            int[] one = quantizer.quantize(latents, 1);
            assertArrayEquals(one, quantizer.quantize(latents, 2));
            assertArrayEquals(one, quantizer.quantize(latents, 7));
        }
    }

    @Test
    void badArgumentsAreNamed() {
        BitOrder order = BitOrder.LEAST_SIGNIFICANT_FIRST;
        assertMessage("dim is 0, must be at least 1", () -> new LookupFreeQuantizer(0, 1, order));
        assertMessage("scale is 0.0, must be finite and above 0", () -> new LookupFreeQuantizer(2, 0, order));
        assertMessage("scale is NaN, must be finite and above 0", () -> new LookupFreeQuantizer(2, Float.NaN, order));
        Quantizer quantizer = new LookupFreeQuantizer(31, 1, order);
        assertMessage(
                "index is 2 at position 0 of stage 1, must be in [0, 2)",
                () -> quantizer.dequantize(new int[] {5, 2}, 1));
        assertMessage(
                "index is -1 at position 1 of stage 0, must be in [0, 1073741824)",
                () -> quantizer.dequantize(new int[] {5, 1, -1, 0}, 2));
        assertMessage(
                "indices has 3 values, must be a multiple of the 2 stages", () -> quantizer.dequantize(new int[3], 1));
        assertMessage(
                "latents have dim 2, this quantizer takes 31",
                () -> quantizer.quantize(Latents.of(1, 2, new float[2])));
        Latents none = Latents.of(0, 2, new float[0]);
        assertMessage("there are no latents", () -> LookupFreeQuantizer.entropyLoss(none, 1, 1));
        Latents one = Latents.of(1, 2, new float[2]);
        assertMessage(
                "temperature is 0.0, must be finite and above 0", () -> LookupFreeQuantizer.entropyLoss(one, 0, 1));
        assertMessage(
                "gamma is -1.0, must be finite and at least 0", () -> LookupFreeQuantizer.entropyLoss(one, 1, -1));
    }

    static void assertMessage(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
