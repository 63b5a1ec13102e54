package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MdctTest {
    private static float[] noise(int n) {
        SplittableRandom random = new SplittableRandom(n);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    @ParameterizedTest
    @EnumSource
    void isItsDefinition(MdctWindow window) {
        int n = 20;
        float[] x = noise(2 * n);
        double[] rise = window.rise(n);
        double[] found = new double[n];
        new Mdct(n, window).forward(x, 0, found);
        for (int k = 0; k < n; k++) {
            double sum = 0;
            for (int t = 0; t < 2 * n; t++) {
                double w = t < n ? rise[t] : rise[2 * n - 1 - t];
                sum += w * x[t] * Math.cos(Math.PI / n * (t + 0.5 + n / 2.0) * (k + 0.5));
            }
            assertEquals(Math.sqrt(2.0 / n) * sum, found[k], 1e-12);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aliasingCancelsAndEnergyIsKept(MdctWindow window) {
        for (int n : new int[] {2, 8, 320, 512, 640}) {
            float[] x = noise(3 * n + n / 2);
            Mdct mdct = new Mdct(n, window);
            double[] sum = new double[x.length];
            double[] frame = new double[n];
            double energy = 0;
            for (int t = -1; t * n < x.length; t++) {
                mdct.forward(x, t * n, frame);
                for (double c : frame) {
                    energy += c * c;
                }
                mdct.inverseAdd(frame, sum, t * n);
            }
            double wantedEnergy = 0;
            double[] wanted = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                wanted[i] = x[i];
                wantedEnergy += wanted[i] * wanted[i];
            }
            assertArrayEquals(wanted, sum, 1e-12);
            assertEquals(wantedEnergy, energy, 1e-9 * wantedEnergy);
        }
    }

    @ParameterizedTest
    @EnumSource
    void windowsSatisfyPrincenAndBradley(MdctWindow window) {
        double[] rise = window.rise(640);
        for (int t = 0; t < 640; t++) {
            assertEquals(1, rise[t] * rise[t] + rise[639 - t] * rise[639 - t], 1e-12);
        }
    }

    @Test
    void oddSizesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Mdct(5, MdctWindow.SINE));
        assertThrows(IllegalArgumentException.class, () -> new Mdct(14, MdctWindow.SINE));
    }
}
