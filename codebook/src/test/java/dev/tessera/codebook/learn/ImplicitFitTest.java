package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer.Bound;
import dev.tessera.codebook.implicit.ResidualFsq;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.QRDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ImplicitFitTest {
    private static final Latents VECTORS = TestVectors.mixture(11, 8000, 8, 12);

    /** Principal components with gain {@code gain} and the least-squares output for it. */
    private static double distortionWithGain(Latents vectors, Quantizer inner, float gain) {
        Klt klt = Klt.fit(vectors, inner.dim());
        Latents components = klt.transform(vectors);
        float[] z = components.data().clone();
        for (int i = 0; i < z.length; i++) {
            z[i] *= gain;
        }
        Latents quantized =
                inner.dequantize(inner.quantize(Latents.of(vectors.count(), inner.dim(), z)), vectors.count());
        return AffineRegression.fit(quantized, vectors, 1).distortion();
    }

    @ParameterizedTest
    @EnumSource(Bound.class)
    void finiteScalarLosesLessThanWithAnyOneGain(Bound bound) {
        for (int[] levels : new int[][] {{8, 5, 5, 5}, {8, 8, 8, 6, 5}, {2, 2, 2, 2, 2, 2, 2, 2}}) {
            Quantizer inner = new FiniteScalarQuantizer(levels, bound);
            double fitted = TestVectors.distortion(VECTORS, ImplicitFit.fit(VECTORS, inner, 2));
            boolean oneBit =
                    levels[0] == 2; // the output map finds more than the search by component when few bits are known
            assertTrue(fitted < (oneBit ? 1.02 : 0.9) * distortionWithGain(VECTORS, inner, 1), "gain 1");
            for (float gain : new float[] {0.05f, 0.1f, 0.2f, 0.4f}) {
                assertTrue(fitted < (oneBit ? 1.02 : 1.001) * distortionWithGain(VECTORS, inner, gain), "gain " + gain);
            }
        }
    }

    @Test
    void oneBitOfANormalVariableIsTheLloydMaxOptimum() {
        Latents normal = gaussian(50_000, 1);
        Quantizer inner = new FiniteScalarQuantizer(new int[] {2}, Bound.TORCH_PORT);
        // its range is far from symmetric around 0 (atanh(0.999) = 3.8): only the offset makes 1 - 2/pi possible
        assertEquals(1 - 2 / Math.PI, TestVectors.distortion(normal, ImplicitFit.fit(normal, inner, 1)), 0.01);
    }

    @Test
    void residualFsqAndScalarComeNearTheUniformOptimum() {
        Latents normal = gaussian(50_000, 1);
        double max = 0.01154; // 16 equal steps, Max 1960, table II
        Quantizer residual = new ResidualFsq(new int[] {4}, 2, false);
        assertEquals(max, TestVectors.distortion(normal, ImplicitFit.fit(normal, residual, 1)), 0.03 * max);
        Quantizer scalar = new ScalarQuantizer(new int[] {4}, new float[] {3}, new float[] {0.05f});
        assertEquals(max, TestVectors.distortion(normal, ImplicitFit.fit(normal, scalar, 1)), 0.03 * max);
    }

    @Test
    void anyOtherQuantizerGetsACommonGain() {
        // the corners of a small cube, as a quantizer that looks at all dimensions at once
        float[] corners = new float[8 * 3];
        for (int i = 0; i < corners.length; i++) {
            corners[i] = ((i / 3) >> (i % 3) & 1) == 0 ? -0.01f : 0.01f;
        }
        corners[0] = 0.02f; // not symmetric, so that the gain matters
        Quantizer inner = new VectorQuantizer(Codebook.of(8, 3, corners));
        double fitted = TestVectors.distortion(VECTORS, ImplicitFit.fit(VECTORS, inner, 2));
        assertTrue(fitted < distortionWithGain(VECTORS, inner, 1));
        assertTrue(fitted < 0.75 * TestVectors.distortion(VECTORS, mean(VECTORS)));
    }

    private static Quantizer mean(Latents vectors) {
        return new VectorQuantizer(KMeans.builder().codebookSize(1).build().fit(vectors));
    }

    @Test
    void regressionIsThatOfAQrDecomposition() {
        Latents q = TestVectors.mixture(5, 400, 3, 6);
        Latents y = TestVectors.mixture(6, 400, 2, 6);
        AffineRegression fitted = AffineRegression.fit(q, y, 2);
        double[][] design = new double[400][4];
        for (int i = 0; i < 400; i++) {
            design[i] = new double[] {q.data()[3 * i], q.data()[3 * i + 1], q.data()[3 * i + 2], 1};
        }
        double distortion = 0;
        for (int r = 0; r < 2; r++) {
            double[] target = new double[400];
            for (int i = 0; i < 400; i++) {
                target[i] = y.data()[2 * i + r];
            }
            Array2DRowRealMatrix a = new Array2DRowRealMatrix(design);
            double[] w = new QRDecomposition(a)
                    .getSolver()
                    .solve(new ArrayRealVector(target))
                    .toArray();
            assertArrayEquals(
                    w,
                    new double[] {fitted.matrix()[r][0], fitted.matrix()[r][1], fitted.matrix()[r][2], fitted.bias()[r]
                    },
                    1e-6);
            double norm = a.operate(new ArrayRealVector(w)).getDistance(new ArrayRealVector(target));
            distortion += norm * norm / 400;
        }
        assertEquals(distortion, fitted.distortion(), 1e-6);
    }

    @Test
    void sameForAnyThreadCount() {
        Quantizer fsq = new FiniteScalarQuantizer(new int[] {8, 5, 5}, Bound.JAX_ORIGINAL);
        Quantizer vector = mean(Latents.of(2, 3, new float[] {1, 2, 3, 1, 2, 4}));
        for (Quantizer inner : new Quantizer[] {fsq, vector}) {
            ProjectedQuantizer one = ImplicitFit.fit(VECTORS, inner, 1);
            for (int threads : new int[] {2, 7}) {
                ProjectedQuantizer other = ImplicitFit.fit(VECTORS, inner, threads);
                assertArrayEquals(one.inputMatrix(), other.inputMatrix());
                assertArrayEquals(one.inputBias(), other.inputBias());
                assertArrayEquals(one.outputMatrix(), other.outputMatrix());
                assertArrayEquals(one.outputBias(), other.outputBias());
            }
        }
    }

    @Test
    void constantAndFewVectors() {
        Quantizer inner = new FiniteScalarQuantizer(new int[] {5, 5}, Bound.SYMMETRIC);
        Latents constant = Latents.of(3, 2, new float[] {7, -1, 7, -1, 7, -1});
        assertEquals(0, TestVectors.distortion(constant, ImplicitFit.fit(constant, inner, 1)), 1e-9);
        Latents two = Latents.of(2, 2, new float[] {7, -1, 9, 4});
        assertEquals(0, TestVectors.distortion(two, ImplicitFit.fit(two, inner, 1)), 1e-6);
        assertThrows(IllegalArgumentException.class, () -> ImplicitFit.fit(Latents.of(0, 2, new float[0]), inner, 1));
        assertThrows(IllegalArgumentException.class, () -> ImplicitFit.fit(gaussian(9, 1), inner, 1));
        assertThrows(IllegalArgumentException.class, () -> ImplicitFit.fit(two, inner, 0));
    }

    private static Latents gaussian(int count, int dim) {
        SplittableRandom random = new SplittableRandom(21);
        float[] x = new float[count * dim];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Latents.of(count, dim, x);
    }
}
