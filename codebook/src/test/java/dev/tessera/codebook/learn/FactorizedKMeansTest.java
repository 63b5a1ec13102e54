package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.SphericalQuantizer;
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

    private static Codebook codebook(ProjectedQuantizer quantizer) {
        return switch (quantizer.inner()) {
            case SphericalQuantizer inner -> inner.outputCodebook();
            case VectorQuantizer inner -> inner.codebook();
            default -> throw new AssertionError(quantizer.inner());
        };
    }

    /**
     * The lookup once more, in double: cosine similarity or distance after the projection, the code vector as it is.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void looksUpInTheLowDimension(boolean normalized) {
        ProjectedQuantizer quantizer = builder(normalized).build().fit(VECTORS);
        int[] indices = quantizer.quantize(VECTORS, 2);
        float[] back = quantizer.dequantize(indices, 3000).data();
        int same = 0;
        for (int i = 0; i < 3000; i++) {
            double[] p = new double[4];
            for (int t = 0; t < 4; t++) {
                p[t] = quantizer.inputBias()[t];
                for (int k = 0; k < 12; k++) {
                    p[t] += (double) quantizer.inputMatrix()[t * 12 + k] * VECTORS.data()[i * 12 + k];
                }
            }
            int best = 0;
            double bestScore = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < codebook(quantizer).codebookSize(); j++) {
                double dot = 0;
                double square = 0;
                double distance = 0;
                for (int t = 0; t < 4; t++) {
                    double c = codebook(quantizer).get(j, t);
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
                double expected = quantizer.outputBias()[k];
                for (int t = 0; t < 4; t++) {
                    expected += (double) quantizer.outputMatrix()[k * 4 + t]
                            * codebook(quantizer).get(indices[i], t);
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
        ProjectedQuantizer quantizer = result.quantizer();
        int[] indices = quantizer.quantize(VECTORS);
        float[] y = quantizer.dequantize(indices, 3000).data();
        double[][] products = new double[12][5];
        for (int i = 0; i < 3000; i++) {
            for (int k = 0; k < 12; k++) {
                double left = (double) VECTORS.data()[i * 12 + k] - y[i * 12 + k];
                products[k][4] += left / 3000;
                for (int t = 0; t < 4; t++) {
                    products[k][t] += left * codebook(quantizer).get(indices[i], t) / 3000;
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
    void sameQuantizerForAnyThreadCount(boolean normalized) {
        ProjectedQuantizer one = builder(normalized).threads(1).build().fit(VECTORS);
        for (int threads : new int[] {2, 7}) {
            ProjectedQuantizer other =
                    builder(normalized).threads(threads).build().fit(VECTORS);
            assertEquals(codebook(one), codebook(other));
            assertArrayEquals(one.inputMatrix(), other.inputMatrix());
            assertArrayEquals(one.outputMatrix(), other.outputMatrix());
            assertArrayEquals(one.outputBias(), other.outputBias());
            assertArrayEquals(one.quantize(VECTORS, 1), one.quantize(VECTORS, threads));
        }
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
        ProjectedQuantizer quantizer = builder(true).build().fit(VECTORS);
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {32}, 1));
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Latents.of(1, 2, new float[2])));
    }
}
