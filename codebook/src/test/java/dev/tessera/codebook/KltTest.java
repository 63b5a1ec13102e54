package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;

class KltTest {
    /** First-order autoregressive vectors, as image rows are. */
    private static Latents series(int count, int dim) {
        SplittableRandom random = new SplittableRandom(dim);
        float[] x = new float[count * dim];
        for (int i = 0; i < count; i++) {
            double value = 5;
            for (int k = 0; k < dim; k++) {
                value = 0.9 * value + random.nextGaussian();
                x[i * dim + k] = (float) value;
            }
        }
        return Latents.of(count, dim, x);
    }

    @Test
    void agreesWithASingularValueDecomposition() {
        int n = 300;
        int d = 13;
        Latents vectors = series(n, d);
        Klt klt = Klt.fit(vectors, d);
        double[][] centred = new double[n][d];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < d; k++) {
                centred[i][k] = vectors.data()[i * d + k] - klt.mean()[k];
            }
        }
        SingularValueDecomposition svd = new SingularValueDecomposition(new Array2DRowRealMatrix(centred));
        float[] basis = klt.basis();
        for (int c = 0; c < d; c++) {
            double expected = Math.pow(svd.getSingularValues()[c], 2) / n;
            assertEquals(expected, klt.eigenvalues()[c], 1e-5 * expected);
            double dot = 0;
            for (int k = 0; k < d; k++) {
                dot += basis[c * d + k] * svd.getV().getEntry(k, c);
            }
            assertEquals(1, Math.abs(dot), 1e-4, "axis " + c);
        }
    }

    @Test
    void basisIsOrthonormalWithCanonicalSignsAndVariancesAreTheEigenvalues() {
        int d = 24;
        Latents vectors = series(2000, d);
        Klt klt = Klt.fit(vectors, 10);
        float[] basis = klt.basis();
        for (int a = 0; a < 10; a++) {
            float largest = 0;
            for (int k = 0; k < d; k++) {
                largest = Math.abs(basis[a * d + k]) > Math.abs(largest) ? basis[a * d + k] : largest;
            }
            assertTrue(largest > 0);
            for (int b = 0; b < 10; b++) {
                double dot = 0;
                for (int k = 0; k < d; k++) {
                    dot += (double) basis[a * d + k] * basis[b * d + k];
                }
                assertEquals(a == b ? 1 : 0, dot, 1e-6);
            }
        }
        float[] y = klt.transform(vectors).data();
        for (int c = 0; c < 10; c++) {
            double sum = 0;
            for (int i = 0; i < 2000; i++) {
                sum += Math.pow(y[i * 10 + c], 2);
            }
            assertEquals(klt.eigenvalues()[c], sum / 2000, 1e-4 * klt.eigenvalues()[c]);
            assertTrue(c == 0 || klt.eigenvalues()[c] <= klt.eigenvalues()[c - 1]);
        }
    }

    @Test
    void inverseUndoesTransformAndTruncationLosesTheDroppedVariance() {
        int d = 19;
        Latents vectors = series(500, d);
        Klt full = Klt.fit(vectors, d);
        assertArrayEquals(vectors.data(), full.inverse(full.transform(vectors)).data(), 1e-4f);
        Klt kept = full.truncate(7);
        float[] z = kept.inverse(kept.transform(vectors)).data();
        double lost = 0;
        for (int i = 0; i < z.length; i++) {
            lost += Math.pow(z[i] - vectors.data()[i], 2) / 500;
        }
        double dropped = 0;
        for (int c = 7; c < d; c++) {
            dropped += full.eigenvalues()[c];
        }
        assertEquals(dropped, lost, 1e-3 * dropped);
        assertArrayEquals(java.util.Arrays.copyOf(full.basis(), 7 * d), kept.basis());
    }

    @Test
    void sumsRunInOrderOfDimension() {
        SplittableRandom random = new SplittableRandom(9);
        int d = 11;
        int components = 6;
        float[] mean = random(random, d);
        float[] basis = random(random, components * d);
        Latents x = Latents.of(3, d, random(random, 3 * d));
        Klt klt = Klt.of(d, components, mean, basis);
        float[] y = klt.transform(x).data();
        float[] z = klt.inverse(Latents.of(3, components, y)).data();
        for (int i = 0; i < 3; i++) {
            for (int c = 0; c < components; c++) {
                float sum = 0;
                for (int k = 0; k < d; k++) {
                    sum += (x.data()[i * d + k] - mean[k]) * basis[c * d + k];
                }
                assertEquals(sum, y[i * components + c]); // the very bits
            }
            for (int k = 0; k < d; k++) {
                float sum = mean[k];
                for (int c = 0; c < components; c++) {
                    sum += y[i * components + c] * basis[c * d + k];
                }
                assertEquals(sum, z[i * d + k]);
            }
        }
    }

    private static float[] random(SplittableRandom random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void sameBasisForAnyThreadCount() {
        Latents vectors = series(1001, 37);
        float[] one = Klt.fit(vectors, 37, 1).basis();
        assertArrayEquals(one, Klt.fit(vectors, 37, 2).basis());
        assertArrayEquals(one, Klt.fit(vectors, 37, 7).basis());
    }

    @Test
    void keepsTheGridAndHandlesConstantVectors() {
        Latents grid = Latents.of(new int[] {2, 3}, 4, new float[24]);
        Klt klt = Klt.fit(grid, 2);
        assertArrayEquals(new int[] {2, 3}, klt.transform(grid).shape());
        assertArrayEquals(new double[2], klt.eigenvalues());
        assertArrayEquals(grid.data(), klt.inverse(klt.transform(grid)).data());
    }

    @Test
    void badArgumentsAreNamed() {
        Latents vectors = series(10, 3);
        assertThrows(IllegalArgumentException.class, () -> Klt.fit(vectors, 4));
        assertThrows(IllegalArgumentException.class, () -> Klt.fit(vectors, 0));
        assertThrows(IllegalArgumentException.class, () -> Klt.fit(Latents.of(0, 3, new float[0]), 1));
        assertThrows(IllegalArgumentException.class, () -> Klt.fit(Latents.of(1, 2, new float[] {1, Float.NaN}), 1));
        assertThrows(IllegalArgumentException.class, () -> Klt.of(3, 2, new float[3], new float[5]));
        assertThrows(IllegalArgumentException.class, () -> Klt.fit(vectors, 2).transform(series(4, 5)));
    }
}
