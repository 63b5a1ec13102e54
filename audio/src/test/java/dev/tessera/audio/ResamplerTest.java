package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplerTest {
    private static float[] sine(double hertz, int rate, int samples) {
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) {
            x[i] = (float) Math.sin(2 * Math.PI * hertz * i / rate);
        }
        return x;
    }

    @ParameterizedTest
    @CsvSource({
        "24000,16000",
        "16000,24000",
        "44100,16000",
        "16000,44100",
        "8000,16000",
        "48000,16000",
        "44101,16000",
        "16000,11025"
    })
    void aToneStaysWhereItIs(int from, int to) {
        double hertz = 0.4 * Math.min(from, to);
        float[] y = new Resampler(from, to).resample(sine(hertz, from, from / 4));
        float[] wanted = sine(hertz, to, y.length);
        int margin = 200 * Math.max(1, to / from);
        for (int i = margin; i < y.length - margin; i++) {
            assertEquals(wanted[i], y[i], 2e-5f, "sample " + i);
        }
    }

    @Test
    void whatDoesNotFitIsGone() {
        for (float v : Arrays.copyOfRange(new Resampler(48000, 16000).resample(sine(9000, 48000, 12000)), 200, 3800)) {
            assertTrue(Math.abs(v) < 3e-5, "alias of " + v);
        }
    }

    @Property(tries = 40)
    void lengthRule(
            @ForAll @IntRange(min = 1, max = 600) int from,
            @ForAll @IntRange(min = 1, max = 600) int to,
            @ForAll @IntRange(max = 300) int length) {
        int expected = (length * to + from - 1) / from;
        Resampler resampler = new Resampler(from, to);
        assertEquals(expected, resampler.outputLength(length));
        assertEquals(expected, resampler.resample(new float[length]).length);
    }

    @Test
    void nothingAndOneSample() {
        assertEquals(0, new Resampler(44100, 16000).resample(new float[0]).length);
        assertEquals(1, new Resampler(44100, 16000).resample(new float[] {0.5f}).length);
        assertEquals(3, new Resampler(16000, 48000).resample(new float[] {0.5f}).length);
    }

    @Test
    void theMiddleDoesNotDependOnWhereASignalBegins() {
        float[] x = sine(1234, 24000, 6000);
        float[] whole = new Resampler(24000, 16000).resample(x);
        float[] part = new Resampler(24000, 16000).resample(Arrays.copyOfRange(x, 1500, 4500));
        assertArrayEquals(Arrays.copyOfRange(whole, 1100, 2900), Arrays.copyOfRange(part, 100, 1900));
    }

    @Test
    void anEqualRateIsTheSignalItself() {
        AudioSignal signal = AudioSignal.mono(16000, new float[] {1, -1});
        assertSame(signal, Resampler.resample(signal, 16000));
        assertThrows(IllegalArgumentException.class, () -> new Resampler(0, 16000));
        assertThrows(IllegalArgumentException.class, () -> new Resampler(16000, (1 << 24) + 1));
    }
}
