package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.TestVectors;
import dev.tessera.codebook.VectorQuantizer;
import org.junit.jupiter.api.Test;

class SharedResidualKMeansTest {
    private static final Latents VECTORS = TestVectors.mixture(61, 4000, 6, 40);

    /** The eight sums of +-4 +-2 +-1 are one codebook {-1, 1} at three scales. */
    @Test
    void findsCodebookAndScalesOfExactSums() {
        float[] x = new float[8];
        for (int i = 0; i < 8; i++) {
            x[i] = ((i & 1) * 2 - 1) + ((i & 2) - 1) * 2 + ((i & 4) / 2 - 1) * 4;
        }
        SharedResidualKMeansResult result =
                SharedResidualKMeans.builder().stages(3).codebookSize(2).build().run(Latents.of(8, 1, x));
        assertEquals(0, result.distortion(), 1e-9);
        float code = Math.abs(result.codebook().get(0, 0));
        for (int s = 0; s < 3; s++) {
            assertEquals(4 >> s, result.scales()[s] * code, 1e-4);
        }
    }

    @Test
    void keepsTheBestStateAndIsWorthItsStages() {
        SharedResidualKMeansResult result = SharedResidualKMeans.builder()
                .stages(4)
                .codebookSize(16)
                .build()
                .run(VECTORS);
        double measured = TestVectors.distortion(VECTORS, result.quantizer());
        double one = TestVectors.distortion(
                VECTORS,
                new VectorQuantizer(KMeans.builder().codebookSize(16).build().fit(VECTORS)));
        double own = TestVectors.distortion(
                VECTORS,
                ResidualKMeans.builder().stages(4).codebookSize(16).build().fit(VECTORS));
        assertEquals(measured, result.distortion(), 1e-5 * measured);
        assertTrue(measured < 0.5 * one && measured < 0.8 * result.distortions().getFirst());
        for (Codebook codebook : result.quantizer().codebooks()) {
            assertEquals(16, codebook.codebookSize());
        }
        for (int s = 1; s < 4; s++) {
            assertTrue(result.scales()[s] < result.scales()[s - 1]);
        }
    }

    @Test
    void sameCodebookForAnyThreadCount() {
        SharedResidualKMeans.Builder builder =
                SharedResidualKMeans.builder().stages(3).codebookSize(12).iterations(4);
        SharedResidualKMeansResult one = builder.threads(1).build().run(VECTORS);
        for (int threads : new int[] {2, 7}) {
            SharedResidualKMeansResult other = builder.threads(threads).build().run(VECTORS);
            assertEquals(one.codebook(), other.codebook());
            assertArrayEquals(one.scales(), other.scales());
            assertEquals(one.distortions(), other.distortions());
        }
    }

    @Test
    void constantVectorsLeaveNothing() {
        assertEquals(
                0,
                SharedResidualKMeans.builder()
                        .build()
                        .run(Latents.of(4, 2, new float[8]))
                        .distortion());
        assertEquals(
                0,
                SharedResidualKMeans.builder()
                        .build()
                        .run(Latents.of(2, 2, new float[] {3, 4, 3, 4}))
                        .distortion(),
                1e-9);
        assertThrows(
                IllegalArgumentException.class,
                () -> SharedResidualKMeans.builder().build().run(Latents.of(0, 2, new float[0])));
        assertThrows(
                IllegalArgumentException.class,
                () -> SharedResidualKMeans.builder().stages(0));
    }

    @Test
    void stagesOfEqualSizesAreThoseOfResidualKMeansAndOthersHaveTheirs() {
        ResidualKMeansResult expected = ResidualKMeans.builder()
                .stages(3)
                .codebookSize(16)
                .seed(9)
                .build()
                .run(VECTORS);
        ResidualKMeansResult actual = SizedResidualKMeans.builder(16, 16, 16)
                .seed(9)
                .threads(2)
                .build()
                .run(VECTORS);
        assertEquals(expected.quantizer().codebooks(), actual.quantizer().codebooks());
        for (int s = 0; s < 3; s++) {
            double distortion = expected.distortions().get(s);
            assertEquals(distortion, actual.distortions().get(s), 1e-5 * distortion);
        }
        assertArrayEquals(
                new int[] {32, 5, 1},
                SizedResidualKMeans.builder(32, 5, 1).build().fit(VECTORS).codebookSizes());
        assertThrows(IllegalArgumentException.class, () -> SizedResidualKMeans.builder());
        assertThrows(IllegalArgumentException.class, () -> SizedResidualKMeans.builder(3, 0));
    }
}
