package dev.tessera.codebook.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.TestVectors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResidualKMeansTest {
    private static final Latents VECTORS = TestVectors.mixture(11, 5000, 8, 50);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void distortionFallsWithEveryStageAndIsReportedRight(boolean zeroCode) {
        ResidualKMeansResult result = ResidualKMeans.builder()
                .stages(4)
                .codebookSize(16)
                .zeroCode(zeroCode)
                .build()
                .run(VECTORS);
        List<Codebook> codebooks = result.quantizer().codebooks();
        for (int s = 0; s < 4; s++) {
            double measured = TestVectors.distortion(VECTORS, new ResidualQuantizer(codebooks.subList(0, s + 1)));
            assertEquals(measured, result.distortions().get(s), 1e-4 * measured);
            assertTrue(s == 0 || measured < 0.95 * result.distortions().get(s - 1), "stage " + s + ": " + measured);
            assertEquals(16, codebooks.get(s).codebookSize());
            boolean zero =
                    java.util.Arrays.equals(new float[8], codebooks.get(s).codeVector(0));
            assertEquals(zeroCode && s > 0, zero, "stage " + s);
        }
    }

    @Test
    void aZeroCodeLetsNoStageRaiseTheErrorOfAnyVector() {
        ResidualQuantizer quantizer = ResidualKMeans.builder()
                .stages(3)
                .codebookSize(8)
                .zeroCode(true)
                .build()
                .fit(VECTORS);
        float[] before = error(quantizer, 2);
        float[] after = error(quantizer, 3);
        for (int i = 0; i < before.length; i++) {
            assertTrue(after[i] <= before[i] * 1.00001f, "vector " + i);
        }
    }

    private static float[] error(ResidualQuantizer quantizer, int stages) {
        ResidualQuantizer part = new ResidualQuantizer(quantizer.codebooks().subList(0, stages));
        float[] y = part.dequantize(part.quantize(VECTORS), VECTORS.count()).data();
        float[] errors = new float[VECTORS.count()];
        for (int i = 0; i < y.length; i++) {
            float difference = VECTORS.data()[i] - y[i];
            errors[i / 8] += difference * difference;
        }
        return errors;
    }

    @Test
    void sameCodebooksAndIndicesForAnyThreadCount() {
        ResidualKMeans.Builder builder =
                ResidualKMeans.builder().stages(3).codebookSize(20).iterations(5);
        ResidualQuantizer one = builder.threads(1).build().fit(VECTORS);
        for (int threads : new int[] {2, 7}) {
            ResidualQuantizer other = builder.threads(threads).build().fit(VECTORS);
            assertEquals(one.codebooks(), other.codebooks());
            assertArrayEquals(one.quantize(VECTORS), other.quantize(VECTORS, threads));
        }
    }

    @Test
    void stagesWithNothingLeftHoldOneCodeVector() {
        Latents vectors = Latents.of(4, 1, new float[] {1, 2, 1, 2});
        ResidualKMeansResult result =
                ResidualKMeans.builder().stages(3).codebookSize(4).build().run(vectors);
        assertArrayEquals(new int[] {2, 1, 1}, result.quantizer().codebookSizes());
        assertEquals(0, result.distortions().getLast());
    }

    @Test
    void trainingDoesNotTouchTheVectors() {
        float[] x = {1, 5, 9, 2};
        ResidualKMeans.builder().stages(2).codebookSize(2).build().fit(Latents.of(4, 1, x));
        assertArrayEquals(new float[] {1, 5, 9, 2}, x);
    }
}
