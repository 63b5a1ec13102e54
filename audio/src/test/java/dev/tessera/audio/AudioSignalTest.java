package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class AudioSignalTest {
    @Test
    void keepsACopy() {
        float[][] samples = {{0.5f, -0.5f}, {1, 0}};
        AudioSignal signal = AudioSignal.of(8000, samples);
        samples[0][0] = 9;
        signal.channel(0)[1] = 9;
        assertArrayEquals(new float[] {0.5f, -0.5f}, signal.channel(0));
        assertEquals(2, signal.channels());
        assertEquals(2, signal.length());
        assertEquals(0.00025, signal.seconds());
        assertEquals(AudioSignal.of(8000, new float[][] {{0.5f, -0.5f}, {1, 0}}), signal);
    }

    @Test
    void monoIsTheMean() {
        AudioSignal signal = AudioSignal.of(8000, new float[][] {{0.5f, -0.5f}, {1, 0}});
        assertArrayEquals(new float[] {0.75f, -0.25f}, signal.toMono().channel(0));
        AudioSignal mono = signal.toMono();
        assertSame(mono, mono.toMono());
    }

    @Test
    void impossibleSignalsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> AudioSignal.mono(0, new float[1]));
        assertThrows(IllegalArgumentException.class, () -> AudioSignal.of(8000, new float[0][]));
        assertThrows(IllegalArgumentException.class, () -> AudioSignal.of(8000, new float[17][1]));
        assertThrows(IllegalArgumentException.class, () -> AudioSignal.of(8000, new float[][] {{1}, {1, 2}}));
        assertThrows(IllegalArgumentException.class, () -> AudioSignal.mono(8000, new float[] {Float.NaN}));
        assertThrows(
                IllegalArgumentException.class,
                () -> AudioSignal.mono(8000, new float[1]).channel(1));
    }
}
