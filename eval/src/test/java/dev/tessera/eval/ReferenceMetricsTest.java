package dev.tessera.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The independent script and this module must agree; skipped where numpy, scipy or Pillow are missing. */
class ReferenceMetricsTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private Path folder;

    @Test
    void picturesAgree() throws Exception {
        int[][] sizes = {{200, 180}, {64, 40}, {9, 30}};
        for (int[] size : sizes) {
            byte[] a = picture(size[0], size[1], 0);
            byte[] b = picture(size[0], size[1], 25);
            String json = reference("image", ppm(a, size), ppm(b, size));
            ImageMetrics metrics = ImageMetrics.of(a, b, size[0], size[1]);
            assertEquals(number(json, "psnr"), metrics.psnr(), TOLERANCE);
            assertEquals(number(json, "gmsd"), metrics.gmsd(), TOLERANCE);
            assertOptional(json, "ssim", metrics.ssim());
            assertOptional(json, "ms_ssim", metrics.msSsim());
        }
    }

    @Test
    void soundsAgreeAtAnyRateAndDelay() throws Exception {
        int[][] cases = {{16000, 0}, {24000, 300}, {44100, -700}, {8000, 12}};
        for (int[] c : cases) {
            float[] x = sound(c[0], 0, 0);
            float[] y = sound(c[0], c[1], 0.03f);
            String json = reference("audio", wav(x, c[0]), wav(y, c[0]));
            AudioMetrics metrics = AudioMetrics.of(new float[][] {x}, c[0], new float[][] {y}, c[0]);
            assertEquals(number(json, "mel_distance"), metrics.melDistance(), TOLERANCE);
            assertEquals(number(json, "mel_distance_0_4k"), metrics.melDistance0To4k(), TOLERANCE);
            assertEquals(number(json, "si_sdr"), metrics.siSdr(), TOLERANCE);
            assertEquals(number(json, "seconds"), metrics.seconds(), TOLERANCE);
        }
    }

    @Test
    void knownValuesWithoutTheScript() {
        byte[] a = picture(20, 20, 0);
        byte[] b = a.clone();
        assertEquals(Double.POSITIVE_INFINITY, ImageMetrics.of(a, b, 20, 20).psnr());
        assertEquals(1, ImageMetrics.of(a, b, 20, 20).ssim(), 1e-12);
        assertEquals(0, ImageMetrics.of(a, b, 20, 20).gmsd(), 1e-12);
        assertNull(ImageMetrics.of(a, b, 20, 20).msSsim());
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) ((b[i] & 0xFF) < 128 ? b[i] + 10 : b[i] - 10);
        }
        assertEquals(
                10 * Math.log10(255 * 255 / 100.0),
                ImageMetrics.of(a, b, 20, 20).psnr(),
                1e-9);
        float[] x = sound(16000, 0, 0);
        AudioMetrics same = AudioMetrics.of(new float[][] {x}, 16000, new float[][] {x}, 16000);
        assertEquals(0, same.melDistance());
        assertTrue(same.siSdr() > 100);
    }

    private static byte[] picture(int width, int height, int noise) {
        SplittableRandom random = new SplittableRandom(5);
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % width;
            int y = i / 3 / width;
            double value = 128 + 70 * Math.sin(x / 7.0 + i % 3) + 50 * Math.cos(y / 5.0);
            value += noise == 0 ? 0 : random.nextInt(2 * noise + 1) - noise;
            rgb[i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
        }
        return rgb;
    }

    /** A gliding tone in 16-bit steps, so that a WAV file holds it exactly. */
    private static float[] sound(int rate, int delay, float noise) {
        SplittableRandom random = new SplittableRandom(9);
        float[] x = new float[2 * rate];
        for (int i = 0; i < x.length; i++) {
            double t = (double) (i - delay) / rate;
            double value = 0.3 * Math.sin(2 * Math.PI * (200 * t + 300 * t * t)) * Math.exp(-3 * (t - 0.7) * (t - 0.7));
            value += noise * (random.nextDouble() - 0.5);
            x[i] = Math.round(value * 32768) / 32768f;
        }
        return x;
    }

    private Path ppm(byte[] rgb, int[] size) throws IOException {
        Path file = Files.createTempFile(folder, "picture", ".ppm");
        byte[] header = ("P6\n" + size[0] + " " + size[1] + "\n255\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all =
                ByteBuffer.allocate(header.length + rgb.length).put(header).put(rgb);
        return Files.write(file, all.array());
    }

    private Path wav(float[] x, int rate) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(44 + 2 * x.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * x.length);
        out.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1);
        out.putInt(rate).putInt(2 * rate).putShort((short) 2).putShort((short) 16);
        out.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * x.length);
        for (float v : x) {
            out.putShort((short) Math.round(v * 32768));
        }
        return Files.write(Files.createTempFile(folder, "sound", ".wav"), out.array());
    }

    private static String reference(String kind, Path a, Path b) throws Exception {
        Path python = Path.of("/usr/bin/python3");
        assumeTrue(Files.isExecutable(python), "no /usr/bin/python3");
        assumeTrue(
                run(python.toString(), "-c", "import numpy, scipy, PIL") != null,
                "python3 has no numpy, scipy or Pillow");
        String out = run(python.toString(), "src/test/python/reference_metrics.py", kind, a.toString(), b.toString());
        assertTrue(out != null, "the reference script failed");
        return out;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? out : null;
    }

    private static void assertOptional(String json, String name, Double value) {
        if (json.contains("\"" + name + "\": null")) {
            assertNull(value);
        } else {
            assertEquals(number(json, name), value, TOLERANCE);
        }
    }

    private static double number(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\": (-?[0-9.e+-]+)").matcher(json);
        assertTrue(matcher.find(), () -> name + " is missing in " + json);
        return Double.parseDouble(matcher.group(1));
    }
}
