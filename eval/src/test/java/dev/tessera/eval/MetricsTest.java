package dev.tessera.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of the reference script for ten real pairs; {@link ReferenceMetricsTest} runs the script itself. */
class MetricsTest {
    private static final double TOLERANCE = 1e-4;

    static Stream<String> pairs() throws IOException {
        return GoldenPairs.expected().keySet().stream();
    }

    @Test
    void tenPairsArePinned() throws IOException {
        assertEquals(10, GoldenPairs.expected().size());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void agreesWithTheCommittedValues(String pair) throws IOException {
        assertSameMetrics(GoldenPairs.expected().get(pair), GoldenPairs.measured(pair));
    }

    @Test
    void equalPicturesHaveInfinitePsnr() {
        byte[] rgb = new byte[3 * 12 * 11];
        new Random(1).nextBytes(rgb);
        ImageMetrics metrics = ImageMetrics.of(rgb, rgb, 12, 11);
        assertEquals(Double.POSITIVE_INFINITY, metrics.psnr());
        assertEquals(1, metrics.ssim(), 1e-12);
        assertEquals(0, metrics.gmsd(), 1e-12);
        assertNull(metrics.msSsim());
    }

    @Test
    void metricsAreAbsentBelowTheirSmallestSide() {
        assertNull(sizes(300, 10).ssim());
        assertNotNull(sizes(11, 300).ssim());
        assertNull(sizes(300, 175).msSsim());
        assertNotNull(sizes(176, 177).msSsim());
        assertTrue(sizes(1, 1).gmsd() >= 0);
    }

    @Test
    void aSoundAgainstItselfIsPerfect() {
        float[] noise = noise(16000);
        AudioMetrics metrics = AudioMetrics.of(new float[][] {noise}, 16000, new float[][] {noise}, 16000);
        assertEquals(0, metrics.melDistance(), 1e-12);
        assertTrue(metrics.siSdr() > 100, metrics.siSdr() + " dB");
        assertEquals(1, metrics.seconds());
    }

    @Test
    void siSdrIsBlindToGainAndDelay() {
        float[] x = noise(16000);
        float[] late = new float[16000];
        for (int t = 300; t < late.length; t++) {
            late[t] = 0.25f * x[t - 300];
        }
        AudioMetrics metrics = AudioMetrics.of(new float[][] {x}, 16000, new float[][] {late}, 16000);
        assertTrue(metrics.siSdr() > 80, metrics.siSdr() + " dB");
        assertEquals((16000 - 300) / 16000.0, metrics.seconds());
    }

    @Test
    void refusesWhatCannotBeCompared() {
        assertThrows(IllegalArgumentException.class, () -> ImageMetrics.of(new byte[3], new byte[6], 1, 1));
        float[][] sound = {noise(100)};
        assertThrows(IllegalArgumentException.class, () -> AudioMetrics.of(new float[1][0], 8000, sound, 8000));
        assertThrows(IllegalArgumentException.class, () -> AudioMetrics.of(new float[0][], 8000, sound, 8000));
        assertThrows(IllegalArgumentException.class, () -> AudioMetrics.of(sound, 0, sound, 8000));
    }

    private static ImageMetrics sizes(int width, int height) {
        byte[] a = new byte[3 * width * height];
        byte[] b = new byte[a.length];
        new Random(2).nextBytes(a);
        return ImageMetrics.of(a, b, width, height);
    }

    private static float[] noise(int samples) {
        Random random = new Random(3);
        float[] out = new float[samples];
        for (int t = 0; t < samples; t++) {
            out[t] = 0.1f * (float) random.nextGaussian();
        }
        return out;
    }

    private static void assertSameMetrics(Map<String, Double> expected, Map<String, Double> measured) {
        assertEquals(expected.keySet(), measured.keySet());
        expected.forEach((name, value) -> {
            if (value == null) {
                assertNull(measured.get(name), name);
            } else {
                assertNotNull(measured.get(name), name);
                assertEquals(value, measured.get(name), TOLERANCE, name);
            }
        });
    }
}
