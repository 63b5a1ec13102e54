package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.TestVectors;
import java.util.List;
import org.junit.jupiter.api.Test;

class SphericalKMeansTest {
    @Test
    void convergedMeansEveryCodeIsTheDirectionOfTheSumOfItsCluster() {
        Latents vectors = TestVectors.mixture(51, 3000, 4, 20);
        SphericalKMeansResult result = SphericalKMeans.builder()
                .codebookSize(16)
                .iterations(500)
                .build()
                .run(vectors);
        assertTrue(result.converged());
        int[] indices = SphericalQuantizer.unit(result.codebook()).quantize(vectors);
        double[] sums = new double[16 * 4];
        double cosines = 0;
        for (int i = 0; i < 3000; i++) {
            double norm = norm(vectors.data(), i);
            for (int t = 0; t < 4; t++) {
                double unit = vectors.data()[i * 4 + t] / norm;
                sums[indices[i] * 4 + t] += unit;
                cosines += unit * result.codebook().get(indices[i], t);
            }
        }
        for (int j = 0; j < 16; j++) {
            double norm = 0;
            for (int t = 0; t < 4; t++) {
                norm += sums[j * 4 + t] * sums[j * 4 + t];
            }
            for (int t = 0; t < 4; t++) {
                assertEquals(
                        sums[j * 4 + t] / Math.sqrt(norm), result.codebook().get(j, t), 1e-5);
            }
        }
        assertEquals(cosines / 3000, result.cosines().getLast(), 1e-6);
    }

    private static double norm(float[] x, int i) {
        double sum = 0;
        for (int t = 0; t < 4; t++) {
            sum += (double) x[i * 4 + t] * x[i * 4 + t];
        }
        return Math.sqrt(sum);
    }

    @Test
    void theMeanCosineNeverFalls() {
        Latents vectors = TestVectors.mixture(52, 4000, 6, 30);
        SphericalKMeansResult result = SphericalKMeans.builder()
                .codebookSize(40)
                .iterations(15)
                .build()
                .run(vectors);
        List<Double> cosines = result.cosines();
        for (int i = 1; i < cosines.size(); i++) {
            assertTrue(cosines.get(i) >= cosines.get(i - 1) - 1e-7, cosines::toString);
        }
        assertTrue(cosines.getLast() > cosines.getFirst() + 1e-3);
    }

    @Test
    void sameCodebookForAnyThreadCountAndAnyLengths() {
        Latents vectors = TestVectors.mixture(53, 6000, 5, 30);
        SphericalKMeansResult one = learn(vectors, 1);
        assertEquals(one, learn(vectors, 2));
        assertEquals(one, learn(vectors, 7));
        float[] scaled = vectors.data().clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= i / 5 % 2 == 0 ? 4 : 0.5f;
        }
        assertEquals(one, learn(Latents.of(6000, 5, scaled), 1));
    }

    private static SphericalKMeansResult learn(Latents vectors, int threads) {
        return SphericalKMeans.builder()
                .codebookSize(32)
                .iterations(6)
                .threads(threads)
                .build()
                .run(vectors);
    }

    @Test
    void zeroVectorsTakeNoPartAndFewDirectionsGiveEachOnce() {
        float[] x = {0, 0, 3, 0, 0, 0, 5, 0, 0, -2, 0, 0};
        SphericalKMeansResult result =
                SphericalKMeans.builder().codebookSize(8).build().run(Latents.of(6, 2, x));
        assertEquals(3, result.trainingVectors());
        assertEquals(2, result.codebook().codebookSize());
        assertEquals(1, result.cosines().getLast());
        assertThrows(
                IllegalArgumentException.class,
                () -> SphericalKMeans.builder().build().fit(Latents.of(2, 1, new float[2])));
    }

    @Test
    void oppositeMembersLeaveTheCodeVectorWhereItWas() {
        float[] x = {1, 0, -1, 0};
        SphericalKMeansResult result =
                SphericalKMeans.builder().codebookSize(1).iterations(3).build().run(Latents.of(2, 2, x));
        assertArrayEquals(new float[] {0}, new float[] {result.codebook().get(0, 1)});
        assertEquals(1, Math.abs(result.codebook().get(0, 0)));
        assertEquals(0, result.cosines().getLast());
    }
}
