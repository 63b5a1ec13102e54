package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StftTest {
    private static final Stft STFT = new Stft(1024, 320);

    private static float[] noise(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    @Property(tries = 30)
    void theInverseIsTheSignal(@ForAll @IntRange(max = 5000) int length, @ForAll long seed) {
        float[] x = noise(length, seed);
        Spectrogram spectra = STFT.forward(x);
        assertEquals((length + 319) / 320, spectra.frames());
        assertArrayEquals(x, STFT.inverse(spectra, length), 1e-6f);
    }

    @Test
    void aToneHasItsMagnitudeInItsBin() {
        float[] x = new float[8000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(2 * Math.PI * 64 * i / 1024);
        }
        assertEquals(256, STFT.forward(x).magnitude(10, 64), 1e-4); // half of the window's sum
        assertEquals(0, STFT.forward(x).magnitude(10, 70), 1e-4);
    }

    @Test
    void lookAheadIsWhatItSays() {
        float[] x = noise(3200, 5);
        int frame = 4;
        float[] changed = x.clone();
        for (int i = (frame + 1) * 320 + STFT.lookAhead(); i < x.length; i++) {
            changed[i] = 0;
        }
        assertArrayEquals(STFT.forward(x).re(frame), STFT.forward(changed).re(frame));
        changed[(frame + 1) * 320 + STFT.lookAhead() - 1] += 1;
        double difference = 0;
        for (int k = 0; k < STFT.bins(); k++) {
            difference += Math.abs(
                    STFT.forward(x).re(frame)[k] - STFT.forward(changed).re(frame)[k]);
        }
        assertTrue(difference > 0);
    }

    @Test
    void wrongShapesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Stft(1023, 320));
        assertThrows(IllegalArgumentException.class, () -> new Stft(1024, 513));
        assertThrows(IllegalArgumentException.class, () -> STFT.inverse(new Spectrogram(2, 513), 320));
    }

    @Test
    void griffinLimComesNearToTheMagnitudesAndRepeats() {
        float[] x = new float[8000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (0.3 * Math.sin(0.05 * i + 2e-6 * i * i) + 0.2 * Math.sin(0.31 * i));
        }
        Spectrogram spectra = STFT.forward(x);
        double[][] wanted = new double[spectra.frames()][];
        for (int t = 0; t < wanted.length; t++) {
            wanted[t] = MelEnvelope.magnitudes(spectra, t);
        }
        double before = error(wanted, new GriffinLim(STFT, 0).signal(wanted, x.length, 1, 0));
        float[] y = new GriffinLim(STFT, 16).signal(wanted, x.length, 1, 0);
        assertTrue(error(wanted, y) < 0.25 * before, error(wanted, y) + " of " + before);
        assertArrayEquals(y, new GriffinLim(STFT, 16).signal(wanted, x.length, 1, 0));
    }

    private static double error(double[][] wanted, float[] y) {
        Spectrogram found = STFT.forward(y);
        double sum = 0;
        for (int t = 0; t < wanted.length; t++) {
            for (int k = 0; k < STFT.bins(); k++) {
                double e = wanted[t][k] - found.magnitude(t, k);
                sum += e * e;
            }
        }
        return sum;
    }
}
