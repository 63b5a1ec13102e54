package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.RotatedQuantizer;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.internal.Columns;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProductLearnersTest {
    private static final Latents VECTORS = TestVectors.mixture(21, 3000, 7, 40);

    /** Gaussian with variances 4^-k along random axes: what product quantization without rotation is bad at. */
    private static Latents skewed(int count, int dim) {
        SplittableRandom random = new SplittableRandom(1);
        float[] axes = Axes.random(dim, random);
        float[] x = new float[count * dim];
        for (int i = 0; i < count; i++) {
            for (int a = 0; a < dim; a++) {
                double value = 16 * Math.pow(2, -a) * random.nextGaussian();
                for (int k = 0; k < dim; k++) {
                    x[i * dim + k] += (float) (value * axes[a * dim + k]) + (a == 0 ? 7 : 0);
                }
            }
        }
        return Latents.of(count, dim, x);
    }

    /** Random orthonormal axes by Gram and Schmidt. */
    private static final class Axes {
        static float[] random(int dim, SplittableRandom random) {
            double[][] rows = new double[dim][dim];
            for (int a = 0; a < dim; a++) {
                for (int k = 0; k < dim; k++) {
                    rows[a][k] = random.nextGaussian();
                }
                for (int twice = 0; twice < 2; twice++) {
                    for (int b = 0; b < a; b++) {
                        double dot = 0;
                        for (int k = 0; k < dim; k++) {
                            dot += rows[a][k] * rows[b][k];
                        }
                        for (int k = 0; k < dim; k++) {
                            rows[a][k] -= dot * rows[b][k];
                        }
                    }
                }
                double norm = 0;
                for (int k = 0; k < dim; k++) {
                    norm += rows[a][k] * rows[a][k];
                }
                for (int k = 0; k < dim; k++) {
                    rows[a][k] /= Math.sqrt(norm);
                }
            }
            float[] axes = new float[dim * dim];
            for (int i = 0; i < axes.length; i++) {
                axes[i] = (float) rows[i / dim][i % dim];
            }
            return axes;
        }
    }

    @Test
    void productKMeansIsKMeansInEverySubspace() {
        ProductKMeansResult result = ProductKMeans.builder()
                .dims(3, 4)
                .codebookSize(20)
                .seed(5)
                .threads(2)
                .build()
                .run(VECTORS);
        SplitMix64 seeds = new SplitMix64(5);
        int first = 0;
        for (int m = 0; m < 2; m++) {
            Codebook expected = KMeans.builder()
                    .codebookSize(20)
                    .seed(seeds.nextLong())
                    .build()
                    .fit(Columns.slice(VECTORS, first, 3 + m));
            assertEquals(expected, result.quantizer().codebooks().get(m));
            first += 3;
        }
        double measured = TestVectors.distortion(VECTORS, result.quantizer());
        assertEquals(measured, result.distortion(), 1e-5 * measured);
        List<Codebook> even = ProductKMeans.builder()
                .subspaces(3)
                .codebookSize(4)
                .build()
                .fit(VECTORS)
                .codebooks();
        assertEquals(List.of(3, 2, 2), even.stream().map(Codebook::codeDim).toList());
    }

    @Test
    void optimizedProductNeverRisesAndBeatsProductKMeansOnSkewedData() {
        Latents vectors = skewed(4000, 8);
        ProductQuantizer plain =
                ProductKMeans.builder().subspaces(4).codebookSize(16).build().fit(vectors);
        OptimizedProductResult start = OptimizedProduct.builder()
                .subspaces(4)
                .codebookSize(16)
                .rounds(0)
                .build()
                .run(vectors);
        OptimizedProductResult result = OptimizedProduct.builder()
                .subspaces(4)
                .codebookSize(16)
                .rounds(15)
                .build()
                .run(vectors);
        double pq = TestVectors.distortion(vectors, plain);
        double opq = TestVectors.distortion(vectors, result.quantizer());
        assertTrue(opq < 0.2 * pq, opq + " against " + pq);
        assertEquals(start.distortion(), opq, 0.01 * opq); // the parametric solution is optimal for normal vectors
        assertEquals(opq, result.distortion(), 1e-4 * opq);
        assertEquals(16, result.distortions().size());
        for (int i = 1; i < 16; i++) {
            assertTrue(result.distortions().get(i) <= result.distortions().get(i - 1) * (1 + 1e-6));
        }
    }

    @Test
    void roundsImproveOnTheParametricStartWhenVectorsAreNotNormal() {
        OptimizedProduct.Builder builder =
                OptimizedProduct.builder().subspaces(3).codebookSize(8);
        double start = builder.rounds(0).build().run(VECTORS).distortion();
        double end = builder.rounds(30).build().run(VECTORS).distortion();
        assertTrue(end < 0.97 * start, end + " against " + start);
    }

    @Test
    void optimizedProductDoesNotDependOnThreads() {
        Latents vectors = skewed(2500, 5);
        OptimizedProduct.Builder builder =
                OptimizedProduct.builder().dims(2, 3).codebookSize(9).rounds(4).maxPointsPerCode(200);
        RotatedQuantizer one = builder.threads(1).build().fit(vectors);
        for (int threads : new int[] {2, 7}) {
            RotatedQuantizer other = builder.threads(threads).build().fit(vectors);
            assertArrayEquals(one.rotation(), other.rotation());
            assertArrayEquals(one.mean(), other.mean());
            assertEquals(((ProductQuantizer) one.inner()).codebooks(), ((ProductQuantizer) other.inner()).codebooks());
        }
    }

    @Test
    void vectorsOfLowRankStillGiveARotation() {
        float[] x = new float[400 * 4];
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 400; i++) {
            x[i * 4 + 1] = (float) random.nextGaussian();
            x[i * 4 + 3] = 2 * x[i * 4 + 1] + 1;
        }
        Latents vectors = Latents.of(400, 4, x);
        RotatedQuantizer quantizer =
                OptimizedProduct.builder().subspaces(2).codebookSize(16).build().fit(vectors);
        assertTrue(TestVectors.distortion(vectors, quantizer) < 0.1);
        Latents constant = Latents.of(3, 2, new float[] {5, 6, 5, 6, 5, 6});
        assertEquals(
                0,
                TestVectors.distortion(
                        constant,
                        OptimizedProduct.builder().subspaces(2).build().fit(constant)));
    }

    @Property(tries = 20)
    void procrustesFindsTheRotationThatWasApplied(@ForAll @IntRange(min = 1, max = 9) int dim) {
        SplittableRandom random = new SplittableRandom(dim);
        float[] rotation = Axes.random(dim, random);
        int count = 50;
        float[] x = new float[count * dim];
        float[] y = new float[count * dim];
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < dim; k++) {
                x[i * dim + k] = (float) random.nextGaussian();
            }
            for (int r = 0; r < dim; r++) {
                for (int k = 0; k < dim; k++) {
                    y[i * dim + r] += rotation[r * dim + k] * x[i * dim + k];
                }
            }
        }
        try (Workers workers = new Workers(2)) {
            assertArrayEquals(rotation, Procrustes.rotation(x, y, dim, workers), 1e-5f);
        }
    }

    /** Products of 16, 8, 4, 2, 1, 1: {16, 1, ..} against {8, 4, ..} by hand. */
    @Test
    void eigenvaluesAreAllocatedGreedily() {
        assertArrayEquals(
                new int[] {0, 3, 5, 1, 2, 4},
                EigenvalueAllocation.components(new double[] {16, 8, 4, 2, 1, 1}, new int[] {3, 3}));
        // the same with every eigenvalue below 1
        assertArrayEquals(
                new int[] {0, 3, 5, 1, 2, 4},
                EigenvalueAllocation.components(new double[] {.16, .08, .04, .02, .01, .01}, new int[] {3, 3}));
        assertArrayEquals(new int[] {0, 1, 2}, EigenvalueAllocation.components(new double[3], new int[] {1, 2}));
    }

    @Test
    void badArgumentsAreNamed() {
        assertThrows(
                IllegalArgumentException.class, () -> ProductKMeans.builder().subspaces(0));
        assertThrows(
                IllegalArgumentException.class, () -> ProductKMeans.builder().dims(1, -1));
        assertThrows(
                IllegalArgumentException.class,
                () -> ProductKMeans.builder().subspaces(8).build().fit(VECTORS));
        assertThrows(
                IllegalArgumentException.class,
                () -> OptimizedProduct.builder().dims(3, 3).build().fit(VECTORS));
        assertThrows(
                IllegalArgumentException.class, () -> OptimizedProduct.builder().rounds(-1));
        assertThrows(
                IllegalArgumentException.class,
                () -> OptimizedProduct.builder().subspaces(1).build().fit(Latents.of(0, 1, new float[0])));
        assertThrows(
                IllegalArgumentException.class,
                () -> OptimizedProduct.builder().subspaces(1).build().fit(Latents.of(1, 1, new float[] {Float.NaN})));
    }
}
