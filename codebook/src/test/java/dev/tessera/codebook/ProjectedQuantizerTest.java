package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codebook.learn.KMeans;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProjectedQuantizerTest {
    private static final Quantizer INNER =
            new VectorQuantizer(KMeans.builder().codebookSize(40).build().fit(TestVectors.mixture(1, 900, 3, 7)));

    private static float[] random(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void isTheInnerQuantizerBetweenTwoMaps() {
        float[] inputMatrix = random(1, 15);
        float[] inputBias = random(2, 3);
        float[] outputMatrix = random(3, 15);
        float[] outputBias = random(4, 5);
        ProjectedQuantizer quantizer =
                new ProjectedQuantizer(5, inputMatrix, inputBias, INNER, outputMatrix, outputBias);
        Latents latents = TestVectors.mixture(5, 5000, 5, 9);
        float[] projected = new float[5000 * 3];
        for (int i = 0; i < 5000; i++) {
            for (int r = 0; r < 3; r++) {
                float sum = inputBias[r];
                for (int k = 0; k < 5; k++) {
                    sum += latents.data()[i * 5 + k] * inputMatrix[r * 5 + k];
                }
                projected[i * 3 + r] = sum;
            }
        }
        int[] expected = INNER.quantize(Latents.of(5000, 3, projected));
        for (int threads : new int[] {1, 2, 7}) {
            assertArrayEquals(expected, quantizer.quantize(latents, threads));
        }
        float[] q = INNER.dequantize(expected, 5000).data();
        float[] back = quantizer.dequantize(expected, 50, 100).data();
        for (int i = 0; i < 5000; i++) {
            for (int r = 0; r < 5; r++) {
                double sum = outputBias[r];
                for (int k = 0; k < 3; k++) {
                    sum += (double) q[i * 3 + k] * outputMatrix[r * 3 + k];
                }
                assertEquals(sum, back[i * 5 + r], 1e-4);
            }
        }
        ProjectedQuantizer rebuilt = new ProjectedQuantizer(
                quantizer.dim(),
                quantizer.inputMatrix(),
                quantizer.inputBias(),
                quantizer.inner(),
                quantizer.outputMatrix(),
                quantizer.outputBias());
        assertArrayEquals(
                back, rebuilt.dequantize(rebuilt.quantize(latents), 5000).data());
    }

    @Test
    void badArguments() {
        float[] three = new float[3];
        float[] two = new float[2];
        float[] six = new float[6];
        assertThrows(IllegalArgumentException.class, () -> new ProjectedQuantizer(2, six, two, INNER, six, two));
        assertThrows(IllegalArgumentException.class, () -> new ProjectedQuantizer(2, three, three, INNER, six, two));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ProjectedQuantizer(2, six, new float[] {0, Float.NaN, 0}, INNER, six, two));
        ProjectedQuantizer quantizer = new ProjectedQuantizer(2, six, three, INNER, six, two);
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Latents.of(1, 3, three)));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {40}, 1));
    }
}
