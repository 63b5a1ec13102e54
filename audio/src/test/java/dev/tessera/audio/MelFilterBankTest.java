package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MelFilterBankTest {
    /** Written from the definition: triangles between neighbouring edges on the mel scale. */
    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 2048})
    void isItsDefinition(int fftSize) {
        int bands = 80;
        double[] spectrum = new double[fftSize / 2 + 1];
        for (int k = 0; k < spectrum.length; k++) {
            spectrum[k] = 1 + Math.sin(k * 0.7);
        }
        double[] found = new double[bands];
        new MelFilterBank(bands, fftSize, 16000, 0, 8000).apply(spectrum, found);
        double top = 2595 * Math.log10(1 + 8000 / 700.0);
        for (int b = 0; b < bands; b++) {
            double[] edge = new double[3];
            for (int i = 0; i < 3; i++) {
                edge[i] = 700 * (Math.pow(10, top * (b + i) / (bands + 1) / 2595) - 1);
            }
            double sum = 0;
            for (int k = 0; k < spectrum.length; k++) {
                double f = k * 16000.0 / fftSize;
                double w = Math.min((f - edge[0]) / (edge[1] - edge[0]), (edge[2] - f) / (edge[2] - edge[1]));
                sum += Math.max(0, w) * spectrum[k];
            }
            assertEquals(sum, found[b], 1e-9);
        }
    }

    @Test
    void aFlatEnvelopeSpreadsFlat() {
        MelFilterBank bank = new MelFilterBank(80, 1024, 16000, 0, 8000);
        double[] values = new double[80];
        Arrays.fill(values, 3);
        double[] spectrum = new double[513];
        bank.spread(values, spectrum);
        double[] wanted = new double[513];
        Arrays.fill(wanted, 3);
        assertArrayEquals(wanted, spectrum, 1e-12);
    }

    /** The way back from mel bands must give these mel bands again, or every envelope would be smeared. */
    @Test
    void magnitudesOfAPeakyEnvelopeHaveThatEnvelope() {
        double[] mel = new double[MelEnvelope.BANDS];
        for (int b = 0; b < mel.length; b++) {
            mel[b] = Math.pow(10, 0.5 * Math.sin(b * 0.6));
        }
        double[] found = new double[mel.length];
        MelEnvelope.MEL.apply(MelEnvelope.spread(mel), found);
        double error = 0;
        for (int b = 0; b < mel.length; b++) {
            error += Math.abs(Math.log10(found[b] / mel[b])) / mel.length;
        }
        assertTrue(error < 0.02, "mean error " + error);
    }

    @Test
    void impossibleBanksAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new MelFilterBank(0, 512, 16000, 0, 8000));
        assertThrows(IllegalArgumentException.class, () -> new MelFilterBank(8, 512, 16000, 0, 8001));
        assertThrows(IllegalArgumentException.class, () -> new MelFilterBank(8, 512, 16000, 300, 300));
        assertThrows(
                IllegalArgumentException.class,
                () -> new MelFilterBank(8, 512, 16000, 0, 8000).apply(new double[256], new double[8]));
    }
}
