package dev.tessera.codebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.learn.ResidualKMeans;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BeamSearchTest {
    private static final Latents VECTORS = TestVectors.mixture(21, 3000, 6, 60);
    private static final ResidualQuantizer GREEDY =
            ResidualKMeans.builder().stages(3).codebookSize(9).build().fit(VECTORS);

    /** A beam that keeps everything finds the best of all sequences. */
    @Test
    void aWideBeamIsExhaustive() {
        int count = 200;
        Latents some = Latents.of(count, 6, Arrays.copyOf(VECTORS.data(), count * 6));
        ResidualQuantizer wide = GREEDY.withBeam(81);
        int[] indices = wide.quantize(some);
        float[] back = wide.dequantize(indices, count).data();
        for (int i = 0; i < count; i++) {
            double found = 0;
            for (int k = 0; k < 6; k++) {
                found += Math.pow(some.data()[i * 6 + k] - back[i * 6 + k], 2);
            }
            double least = Double.POSITIVE_INFINITY;
            for (int sequence = 0; sequence < 729; sequence++) {
                double distance = 0;
                for (int k = 0; k < 6; k++) {
                    double sum = 0;
                    for (int s = 0, rest = sequence; s < 3; s++, rest /= 9) {
                        sum += GREEDY.codebooks().get(s).get(rest % 9, k);
                    }
                    distance += Math.pow(some.data()[i * 6 + k] - sum, 2);
                }
                least = Math.min(least, distance);
            }
            assertEquals(least, found, 1e-3 * (1 + least));
        }
    }

    @Test
    void widerBeamsLoseLessAndDecodeAlike() {
        double before = TestVectors.distortion(VECTORS, GREEDY);
        for (int beam : new int[] {2, 5, 16}) {
            double distortion = TestVectors.distortion(VECTORS, GREEDY.withBeam(beam));
            assertTrue(distortion < before, "beam " + beam + ": " + distortion + " after " + before);
            before = distortion;
        }
        int[] indices = GREEDY.withBeam(5).quantize(VECTORS);
        assertArrayEquals(
                GREEDY.dequantize(indices, 3000).data(),
                GREEDY.withBeam(5).dequantize(indices, 3000).data());
    }

    @Test
    void threadsChangeNothing() {
        ResidualQuantizer five = GREEDY.withBeam(5);
        int[] one = five.quantize(VECTORS, 1);
        assertArrayEquals(one, five.quantize(VECTORS, 2));
        assertArrayEquals(one, five.quantize(VECTORS, 7));
    }

    @Test
    void aBeamOfNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> GREEDY.withBeam(0));
    }
}
