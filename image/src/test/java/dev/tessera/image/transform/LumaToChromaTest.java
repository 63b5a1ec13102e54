package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LumaToChromaTest {
    /** Luma with an edge; chroma is an affine function of it. */
    @Test
    void anAffineRelationIsContinued() {
        SamplePlane luma = new SamplePlane(64, 64);
        SamplePlane chroma = new SamplePlane(32, 32);
        for (int i = 0; i < luma.samples.length; i++) {
            luma.samples[i] = (i % 64 + i / 64) % 22 < 10 ? 1000 : 2600;
        }
        for (int i = 0; i < chroma.samples.length; i++) {
            int at = 2 * (i / 32) * 64 + 2 * (i % 32);
            int mean = (luma.samples[at] + luma.samples[at + 1] + luma.samples[at + 64] + luma.samples[at + 65]) / 4;
            chroma.samples[i] = 2500 - mean / 2;
        }
        Cells cells = new Cells(64, 64);
        assertFalse(LumaToChroma.possible(cells, 32, 32));
        cells.set(0, 0, 32, 0, false, 0, 0);
        cells.set(32, 0, 32, 0, false, 0, 0);
        cells.set(0, 32, 32, 0, false, 0, 0);
        assertTrue(LumaToChroma.possible(cells, 32, 32));
        int[] out = new int[16 * 16];
        LumaToChroma.predict(luma, chroma, cells, 32, 32, 32, out);
        for (int i = 0; i < out.length; i++) {
            assertEquals(chroma.samples[(16 + i / 16) * 32 + 16 + i % 16], out[i], 24, "sample " + i);
        }
    }

    @Test
    void flatSurroundingsPredictTheirMean() {
        SamplePlane luma = new SamplePlane(32, 32);
        SamplePlane chroma = new SamplePlane(16, 16);
        java.util.Arrays.fill(chroma.samples, 700);
        for (int i = 0; i < luma.samples.length; i++) {
            luma.samples[i] = i / 32 < 16 ? 800 : 3000;
        }
        Cells cells = new Cells(32, 32);
        cells.set(0, 0, 16, 0, false, 0, 0);
        cells.set(16, 0, 16, 0, false, 0, 0);
        int[] out = new int[8 * 8];
        LumaToChroma.predict(luma, chroma, cells, 0, 16, 16, out);
        for (int sample : out) {
            assertEquals(700, sample);
        }
    }
}
