package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.learn.KMeans;
import org.junit.jupiter.api.Test;

class SphericalQuantizerTest {
    private static final Latents VECTORS = TestVectors.mixture(31, 5000, 7, 12);
    private static final Codebook CODES =
            KMeans.builder().codebookSize(50).build().fit(VECTORS);

    @Test
    void picksTheLargestCosine() {
        int[] indices = SphericalQuantizer.unit(CODES).quantize(VECTORS);
        for (int i = 0; i < VECTORS.count(); i++) {
            double best = -2;
            for (int j = 0; j < 50; j++) {
                best = Math.max(best, cosine(i, j));
            }
            assertEquals(best, cosine(i, indices[i]), 1e-6);
        }
    }

    private static double cosine(int i, int j) {
        double dot = 0;
        double xx = 0;
        double cc = 0;
        for (int t = 0; t < 7; t++) {
            double x = VECTORS.data()[i * 7 + t];
            double c = CODES.get(j, t);
            dot += x * c;
            xx += x * x;
            cc += c * c;
        }
        return dot / Math.sqrt(xx * cc);
    }

    @Test
    void lengthDoesNotMatterAndThreadsDoNot() {
        SphericalQuantizer quantizer = SphericalQuantizer.factorized(CODES);
        int[] one = quantizer.quantize(VECTORS);
        float[] scaled = VECTORS.data().clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (i / 7 % 2 == 0) ? 0x1p-100f : 0x1p40f;
        }
        assertArrayEquals(one, quantizer.quantize(Latents.of(5000, 7, scaled)));
        for (int threads : new int[] {2, 7}) {
            assertArrayEquals(one, quantizer.quantize(VECTORS, threads));
        }
    }

    @Test
    void outputsUnitVectorsOrTheCodesThemselves() {
        int[] all = new int[50];
        for (int j = 0; j < 50; j++) {
            all[j] = j;
        }
        assertArrayEquals(
                CODES.toArray(),
                SphericalQuantizer.factorized(CODES).dequantize(all, 50).data());
        Latents unit = SphericalQuantizer.unit(CODES).dequantize(all, 50);
        for (int j = 0; j < 50; j++) {
            double norm = 0;
            for (int t = 0; t < 7; t++) {
                norm += Math.pow(unit.data()[j * 7 + t], 2);
            }
            assertEquals(1, norm, 1e-6);
        }
        // index -> vector -> index
        assertArrayEquals(all, SphericalQuantizer.unit(CODES).quantize(unit));
        assertArrayEquals(all, SphericalQuantizer.factorized(CODES).quantize(Latents.of(50, 7, CODES.toArray())));
    }

    @Test
    void zeroVectorsGetIndexZero() {
        float[] x = new float[14];
        x[7] = -0f;
        assertArrayEquals(new int[2], SphericalQuantizer.unit(CODES).quantize(Latents.of(2, 7, x)));
    }

    @Test
    void comesBackFromItsParts() {
        SphericalQuantizer quantizer = SphericalQuantizer.factorized(CODES);
        SphericalQuantizer again = new SphericalQuantizer(
                Codebook.of(50, 7, quantizer.searchCodebook().toArray()),
                Codebook.of(50, 7, quantizer.outputCodebook().toArray()));
        assertEquals(quantizer.searchCodebook(), again.searchCodebook());
        assertArrayEquals(quantizer.quantize(VECTORS), again.quantize(VECTORS));
    }

    @Test
    void badArgumentsAreNamed() {
        Codebook zero = Codebook.of(2, 1, new float[] {1, 0});
        assertThrows(IllegalArgumentException.class, () -> SphericalQuantizer.unit(zero));
        assertThrows(IllegalArgumentException.class, () -> new SphericalQuantizer(CODES, CODES));
        assertThrows(
                IllegalArgumentException.class,
                () -> new SphericalQuantizer(Codebook.of(1, 1, new float[] {1}), CODES));
        SphericalQuantizer quantizer = SphericalQuantizer.unit(CODES);
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> quantizer.dequantize(new int[] {50}, 1));
        assertTrue(error.getMessage().contains("50"), error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> quantizer.quantize(Latents.of(1, 1, new float[1])));
    }
}
