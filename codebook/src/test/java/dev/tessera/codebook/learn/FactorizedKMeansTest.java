package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.FactorizedQuantizer;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FactorizedKMeansTest {
    private static final Latents VECTORS = TestVectors.mixture(51, 3000, 12, 40);

    private static FactorizedKMeans.Builder builder(boolean normalized) {
        return FactorizedKMeans.builder().codeDim(4).codebookSize(32).normalized(normalized);
    }

    /**
     * The lookup once more, in double: cosine similarity or distance after the projection, the code vector as it is.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void looksUpInTheLowDimension(boolean normalized) {
        FactorizedQuantizer quantizer = builder(normalized).build().fit(VECTORS);
        int[] indices = quantizer.quantize(VECTORS, 2);
        float[] back = quantizer.dequantize(indices, 3000).data();
        int same = 0;
        for (int i = 0; i < 3000; i++) {
            double[] p = new double[4];
            for (int t = 0; t < 4; t++) {
                p[t] = quantizer.inBias()[t];
                for (int k = 0; k < 12; k++) {
                    p[t] += (double) quantizer.inWeight()[t * 12 + k] * VECTORS.data()[i * 12 + k];
                }
            }
            int best = 0;
            double bestScore = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < quantizer.codebook().codebookSize(); j++) {
                double dot = 0;
                double square = 0;
                double distance = 0;
                for (int t = 0; t < 4; t++) {
                    double c = quantizer.codebook().get(j, t);
                    dot += c * p[t];
                    square += c * c;
                    distance += (c - p[t]) * (c - p[t]);
                }
                double score = normalized ? dot / Math.sqrt(square) : -distance;
                if (score > bestScore) {
                    bestScore = score;
                    best = j;
                }
            }
            same += best == indices[i] ? 1 : 0;
            for (int k = 0; k < 12; k++) {
                double expected = quantizer.outBias()[k];
                for (int t = 0; t < 4; t++) {
                    expected += (double) quantizer.outWeight()[k * 4 + t]
                            * quantizer.codebook().get(indices[i], t);
                }
                assertEquals(expected, back[i * 12 + k], 1e-4);
            }
        }
        assertTrue(same >= 2997, same + " of 3000"); // the rest are near ties
    }

    /** At the least squares solution the residual is square to every code dimension and has mean 0. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theLiftIsLeastSquaresAndTheReportIsRight(boolean normalized) {
        FactorizedKMeansResult result = builder(normalized).build().run(VECTORS);
        FactorizedQuantizer quantizer = result.quantizer();
        int[] indices = quantizer.quantize(VECTORS);
        float[] y = quantizer.dequantize(indices, 3000).data();
        double[][] products = new double[12][5];
        for (int i = 0; i < 3000; i++) {
            for (int k = 0; k < 12; k++) {
                double left = (double) VECTORS.data()[i * 12 + k] - y[i * 12 + k];
                products[k][4] += left / 3000;
                for (int t = 0; t < 4; t++) {
                    products[k][t] += left * quantizer.codebook().get(indices[i], t) / 3000;
                }
            }
        }
        for (double[] row : products) {
            assertArrayEquals(new double[5], row, 2e-3);
        }
        double measured = TestVectors.distortion(VECTORS, quantizer);
        assertEquals(measured, result.distortion(), 1e-5 * measured);
        assertTrue(result.usage().utilization() > 0.95);
    }

    /** Plain codes lose what the projection drops and what k-means loses, the lift can only win some of it back. */
    @Test
    void plainCodesAreAsGoodAsPrincipalComponentsAndKMeans() {
        Klt klt = Klt.fit(VECTORS, 4);
        Latents projected = klt.transform(VECTORS);
        Codebook codebook = KMeans.builder().codebookSize(32).build().fit(projected);
        VectorQuantizer low = new VectorQuantizer(codebook);
        float[] y = klt.inverse(low.dequantize(low.quantize(projected), 3000)).data();
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += Math.pow((double) y[i] - VECTORS.data()[i], 2);
        }
        double expected = sum / 3000;
        double actual = builder(false).build().run(VECTORS).distortion();
        double normalized = builder(true).build().run(VECTORS).distortion();
        assertTrue(actual <= expected * 1.001, actual + " against " + expected);
        assertTrue(normalized < 1.5 * expected, normalized + " against " + expected);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sameQuantizerForAnyThreadCountAndFromItsParts(boolean normalized) {
        FactorizedQuantizer one = builder(normalized).threads(1).build().fit(VECTORS);
        for (int threads : new int[] {2, 7}) {
            FactorizedQuantizer other =
                    builder(normalized).threads(threads).build().fit(VECTORS);
            assertEquals(one.codebook(), other.codebook());
            assertArrayEquals(one.inWeight(), other.inWeight());
            assertArrayEquals(one.outWeight(), other.outWeight());
            assertArrayEquals(one.outBias(), other.outBias());
            assertArrayEquals(one.quantize(VECTORS, 1), one.quantize(VECTORS, threads));
        }
        FactorizedQuantizer rebuilt = new FactorizedQuantizer(
                one.inWeight(), one.inBias(), one.codebook(), one.normalized(), one.outWeight(), one.outBias());
        int[] indices = one.quantize(VECTORS);
        assertArrayEquals(indices, rebuilt.quantize(VECTORS));
        assertArrayEquals(
                one.dequantize(indices, 3000).data(),
                rebuilt.dequantize(indices, 3000).data());
    }

    @Test
    void fewAndConstantVectorsWork() {
        Latents constant = Latents.of(5, 3, new float[15]);
        assertEquals(
                0, FactorizedKMeans.builder().codeDim(2).build().run(constant).distortion());
        Latents one = Latents.of(1, 2, new float[] {3, 4});
        assertEquals(0, FactorizedKMeans.builder().codeDim(1).build().run(one).distortion(), 1e-9);
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(
                IllegalArgumentException.class,
                () -> FactorizedKMeans.builder().codeDim(13).build().fit(VECTORS));
        assertThrows(
                IllegalArgumentException.class, () -> FactorizedKMeans.builder().codeDim(0));
        Codebook codebook = Codebook.of(2, 1, new float[] {1, 2});
        assertThrows(
                IllegalArgumentException.class,
                () -> new FactorizedQuantizer(new float[3], new float[1], codebook, true, new float[2], new float[2]));
        assertThrows(
                IllegalArgumentException.class,
                () -> new FactorizedQuantizer(
                        new float[2], new float[1], codebook, true, new float[] {1, Float.NaN}, new float[2]));
        FactorizedQuantizer quantizer =
                new FactorizedQuantizer(new float[2], new float[1], codebook, true, new float[2], new float[2]);
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {2}, 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(VECTORS));
    }
}
