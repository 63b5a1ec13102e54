package dev.tessera.codebook.implicit;

import static dev.tessera.codebook.implicit.SignQuantizersTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.internal.SeededGaussian;
import dev.tessera.codebook.learn.RandomProjectionFit;
import dev.tessera.codebook.learn.RandomProjectionResult;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomProjectionTest {
    private static final Latents VECTORS = TestVectors.mixture(21, 6000, 12, 30);

    private static RandomProjectionFit.Builder builder() {
        return RandomProjectionFit.builder().codebookSize(64).projectedDim(5).seed(9);
    }

    /** Mean, variance, fourth moment and the share within one standard deviation, each within five standard errors. */
    @Test
    void gaussianHasTheMomentsOfTheNormalDistribution() {
        SeededGaussian gaussian = new SeededGaussian(3);
        int n = 200_000;
        double sum = 0;
        double squares = 0;
        double fourth = 0;
        double products = 0;
        int inside = 0;
        double previous = 0;
        for (int i = 0; i < n; i++) {
            double g = gaussian.next();
            sum += g;
            squares += g * g;
            fourth += g * g * g * g;
            products += g * previous;
            inside += Math.abs(g) < 1 ? 1 : 0;
            previous = g;
        }
        double error = 5 / Math.sqrt(n);
        assertEquals(0, sum / n, error);
        assertEquals(1, squares / n, error * Math.sqrt(2));
        assertEquals(3, fourth / n, error * Math.sqrt(96));
        assertEquals(0, products / n, error);
        assertEquals(0.682689, inside / (double) n, error * 0.47);
    }

    @Test
    void indexIsTheLargestCosineOfTheProjectedAndStandardizedVector() {
        RandomProjection projection = builder().build().fit(VECTORS).projection();
        int[] indices = projection.assign(VECTORS, 1);
        int disagreements = 0;
        for (int i = 0; i < VECTORS.count(); i++) {
            double[] y = new double[5];
            for (int d = 0; d < 12; d++) {
                double z = (VECTORS.data()[i * 12 + d] - projection.mean()[d])
                        * (double) projection.scale()[d];
                for (int p = 0; p < 5; p++) {
                    y[p] += z * projection.projection(d, p);
                }
            }
            double most = Double.NEGATIVE_INFINITY;
            int best = 0;
            double ofIndex = 0;
            for (int j = 0; j < 64; j++) {
                double cosine = cosine(y, projection.codes().codeVector(j));
                ofIndex = j == indices[i] ? cosine : ofIndex;
                if (cosine > most) {
                    most = cosine;
                    best = j;
                }
            }
            disagreements += best == indices[i] ? 0 : 1;
            assertEquals(most, ofIndex, 1e-6); // a tie but for the rounding of floats
        }
        assertTrue(disagreements <= 2, disagreements + " disagreements");
    }

    private static double cosine(double[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < a.length; d++) {
            dot += a[d] * b[d];
            aa += a[d] * a[d];
            bb += (double) b[d] * b[d];
        }
        assertEquals(1, bb, 1e-6);
        return dot / Math.sqrt(aa * bb);
    }

    @Test
    void lengthDoesNotMatter() {
        float[] ones = new float[12];
        Arrays.fill(ones, 1);
        RandomProjection projection = new RandomProjection(3, 64, 5, new float[12], ones);
        float[] tiny = new float[VECTORS.data().length];
        for (int i = 0; i < tiny.length; i++) {
            tiny[i] = VECTORS.data()[i] * 0x1p-30f;
        }
        assertArrayEquals(projection.assign(VECTORS, 1), projection.assign(Latents.of(6000, 12, tiny), 1));
    }

    @Test
    void projectionHasXavierVariance() {
        RandomProjection projection = new RandomProjection(4, 2, 100, new float[300], new float[300]);
        double squares = 0;
        for (int d = 0; d < 300; d++) {
            for (int p = 0; p < 100; p++) {
                squares += Math.pow(projection.projection(d, p), 2);
            }
        }
        assertEquals(2.0 / 400, squares / 30_000, 2.0 / 400 * 5 * Math.sqrt(2.0 / 30_000));
    }

    @Test
    void tableHoldsTheMeansAndTheGlobalMeanForEmptyIndices() {
        RandomProjectionResult result =
                builder().codebookSize(300).projectedDim(3).build().run(VECTORS);
        RandomProjectionQuantizer quantizer = result.quantizer();
        int[] indices = quantizer.quantize(VECTORS);
        double[][] sums = new double[300][12];
        double[] all = new double[12];
        int[] usage = new int[300];
        for (int i = 0; i < indices.length; i++) {
            usage[indices[i]]++;
            for (int d = 0; d < 12; d++) {
                sums[indices[i]][d] += VECTORS.data()[i * 12 + d];
                all[d] += VECTORS.data()[i * 12 + d];
            }
        }
        int used = 0;
        for (int j = 0; j < 300; j++) {
            used += usage[j] > 0 ? 1 : 0;
            for (int d = 0; d < 12; d++) {
                double expected = usage[j] > 0 ? sums[j][d] / usage[j] : all[d] / indices.length;
                assertEquals(expected, quantizer.table().get(j, d), 1e-5);
            }
        }
        assertEquals(used, result.usedCodes());
        assertTrue(used > 150 && used < 300, "used " + used); // 30 clusters on a sphere of 3 dimensions
        double distortion = TestVectors.distortion(VECTORS, quantizer);
        assertEquals(distortion, result.distortion(), 1e-6 * distortion);
        double variance = 0;
        for (int i = 0; i < VECTORS.data().length; i++) {
            variance += Math.pow(VECTORS.data()[i] - all[i % 12] / 6000, 2) / 6000;
        }
        assertTrue(distortion < 0.6 * variance, distortion + " of " + variance);
    }

    @Test
    void sameQuantizerForAnyThreadCountAndFromItsParts() {
        RandomProjectionQuantizer one = builder().threads(1).build().fit(VECTORS);
        for (int threads : new int[] {2, 7}) {
            RandomProjectionQuantizer other = builder().threads(threads).build().fit(VECTORS);
            assertEquals(one.table(), other.table());
            assertEquals(one.projection().codes(), other.projection().codes());
            assertArrayEquals(one.projection().scale(), other.projection().scale());
            assertArrayEquals(one.quantize(VECTORS), one.quantize(VECTORS, threads));
        }
        RandomProjection p = one.projection();
        RandomProjectionQuantizer again = new RandomProjectionQuantizer(
                new RandomProjection(p.seed(), p.codebookSize(), p.projectedDim(), p.mean(), p.scale()), one.table());
        assertArrayEquals(one.quantize(VECTORS), again.quantize(VECTORS));
        assertNotEquals(
                p.codes(), builder().seed(10).build().fit(VECTORS).projection().codes());
    }

    @Test
    void zeroAndOddVectorsTakeIndexZero() {
        RandomProjection projection = new RandomProjection(5, 16, 4, new float[] {1, 2, 0}, new float[] {1, 1, 0});
        float[] x = {1, 2, 99, Float.NaN, 2, 0, 2, Float.POSITIVE_INFINITY, 0};
        assertArrayEquals(new int[3], projection.assign(Latents.of(3, 3, x), 1));
        float[] constant = {0.1f, 1, 0.1f, 2, 0.1f, 3};
        RandomProjectionQuantizer quantizer = builder().build().fit(Latents.of(3, 2, constant));
        assertEquals(0, quantizer.projection().scale()[0]);
        float[] huge = {1e38f, 1e38f};
        assertEquals(1, quantizer.quantize(Latents.of(1, 2, huge)).length);
    }

    @Test
    void badArgumentsAreNamed() {
        float[] one = {1};
        assertMessage("codebookSize is 0, must be at least 1", () -> new RandomProjection(1, 0, 1, one, one));
        assertMessage("projectedDim is 0, must be at least 1", () -> new RandomProjection(1, 1, 0, one, one));
        assertMessage(
                "scale has 2 values, must have as many as mean, 1",
                () -> new RandomProjection(1, 1, 1, one, new float[2]));
        RandomProjection projection = new RandomProjection(1, 4, 2, one, one);
        Codebook small = Codebook.of(3, 1, new float[3]);
        assertMessage("table is 3 x 1, must be 4 x 1", () -> new RandomProjectionQuantizer(projection, small));
        RandomProjectionQuantizer quantizer =
                new RandomProjectionQuantizer(projection, Codebook.of(4, 1, new float[4]));
        assertMessage(
                "index is 4 at position 1 of stage 0, must be in [0, 4)",
                () -> quantizer.dequantize(new int[] {0, 4}, 2));
        assertMessage(
                "there are no vectors to learn from", () -> builder().build().run(Latents.of(0, 2, new float[0])));
        float[] infinite = new float[6];
        Arrays.fill(infinite, Float.NEGATIVE_INFINITY);
        assertMessage(
                "vector 0 has the value -Infinity in dimension 0, must be finite",
                () -> builder().build().run(Latents.of(3, 2, infinite)));
    }
}
