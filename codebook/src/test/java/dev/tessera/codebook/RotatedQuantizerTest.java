package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.learn.KMeans;
import org.junit.jupiter.api.Test;

class RotatedQuantizerTest {
    // a rotation by 30 degrees in dimensions 0 and 2
    private static final float[] ROTATION = {0.8660254f, 0, -0.5f, 0, 1, 0, 0.5f, 0, 0.8660254f};
    private static final float[] MEAN = {3, -1, 10};

    @Test
    void looksForTheNearestCodeOfTheRotatedVectorAndTurnsItBack() {
        Latents vectors = TestVectors.mixture(3, 5000, 3, 20);
        Codebook codebook = KMeans.builder().codebookSize(32).build().fit(vectors);
        RotatedQuantizer quantizer = new RotatedQuantizer(ROTATION, MEAN, new VectorQuantizer(codebook));
        int[] indices = quantizer.quantize(vectors, 3);
        float[] back = quantizer.dequantize(indices, vectors.count()).data();
        int same = 0;
        for (int i = 0; i < vectors.count(); i++) {
            float[] y = new float[3];
            for (int r = 0; r < 3; r++) {
                for (int k = 0; k < 3; k++) {
                    y[r] += ROTATION[r * 3 + k] * (vectors.data()[i * 3 + k] - MEAN[k]);
                }
            }
            int nearest = 0;
            for (int j = 1; j < 32; j++) {
                nearest = squared(codebook.codeVector(j), y) < squared(codebook.codeVector(nearest), y) ? j : nearest;
            }
            same += nearest == indices[i] ? 1 : 0;
            for (int k = 0; k < 3; k++) {
                float expected = MEAN[k];
                for (int r = 0; r < 3; r++) {
                    expected += codebook.get(indices[i], r) * ROTATION[r * 3 + k];
                }
                assertEquals(expected, back[i * 3 + k]); // the very bits
            }
        }
        assertTrue(same >= 4995, same + " of 5000"); // the rest are near ties
        assertArrayEquals(indices, quantizer.quantize(vectors, 1));
        assertArrayEquals(indices, quantizer.quantize(quantizer.dequantize(indices, 5000))); // index -> vector -> index
    }

    private static double squared(float[] a, float[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += Math.pow((double) a[k] - b[k], 2);
        }
        return sum;
    }

    @Test
    void isMadeOfItsParts() {
        Quantizer inner = new VectorQuantizer(Codebook.of(2, 3, new float[6]));
        RotatedQuantizer quantizer = new RotatedQuantizer(ROTATION, MEAN, inner);
        assertArrayEquals(ROTATION, quantizer.rotation());
        assertArrayEquals(MEAN, quantizer.mean());
        assertEquals(inner, quantizer.inner());
        assertArrayEquals(new float[3], new RotatedQuantizer(ROTATION, inner).mean());
    }

    @Test
    void refusesWhatIsNoRotation() {
        Quantizer inner = new VectorQuantizer(Codebook.of(2, 3, new float[6]));
        assertThrows(IllegalArgumentException.class, () -> new RotatedQuantizer(new float[8], inner));
        assertThrows(IllegalArgumentException.class, () -> new RotatedQuantizer(ROTATION, new float[2], inner));
        for (float bad : new float[] {0.87f, Float.NaN}) {
            float[] rotation = ROTATION.clone();
            rotation[0] = bad;
            String message = assertThrows(IllegalArgumentException.class, () -> new RotatedQuantizer(rotation, inner))
                    .getMessage();
            assertTrue(message.contains("rotation"), message);
        }
        RotatedQuantizer quantizer = new RotatedQuantizer(ROTATION, inner);
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Latents.of(1, 2, new float[2])));
        assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {2}, 1));
    }
}
