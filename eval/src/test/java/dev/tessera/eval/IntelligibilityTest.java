package dev.tessera.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntelligibilityTest {
    private static final String PYTHON = "/usr/bin/python3";

    /** STOI written down from the paper, with numpy, independent of ours. */
    private static final String SCRIPT = """
            import sys
            import numpy as np
            x = np.fromfile(sys.argv[1], '<f8'); y = np.fromfile(sys.argv[2], '<f8')
            eps = np.finfo(float).eps
            w = np.hanning(258)[1:-1]
            def frames(s): return np.array([w * s[i:i + 256] for i in range(0, len(s) - 255, 128)])
            fx, fy = frames(x), frames(y)
            level = 20 * np.log10(np.linalg.norm(fx, axis=1) + eps)
            keep = level > level.max() - 40
            def joined(f):
                out = np.zeros(128 * (len(f) - 1) + 256)
                for i, g in enumerate(f): out[128 * i:128 * i + 256] += g
                return out
            x, y = joined(fx[keep]), joined(fy[keep])
            f = np.arange(257) * 10000 / 512
            bands = np.zeros((15, 257))
            for k in range(15):
                lo = np.argmin((f - 150 * 2 ** ((2 * k - 1) / 6)) ** 2)
                hi = np.argmin((f - 150 * 2 ** ((2 * k + 1) / 6)) ** 2)
                bands[k, lo:hi] = 1
            def tob(s): return np.sqrt((np.abs(np.fft.rfft(frames(s), 512)) ** 2) @ bands.T)
            X, Y = tob(x), tob(y)
            d = []
            for m in range(30, len(X) + 1):
                a, b = X[m - 30:m].T, Y[m - 30:m].T
                b = b * (np.linalg.norm(a, axis=1) / (np.linalg.norm(b, axis=1) + eps))[:, None]
                b = np.minimum(b, a * (1 + 10 ** (15 / 20)))
                a = a - a.mean(axis=1, keepdims=True); b = b - b.mean(axis=1, keepdims=True)
                d.append(((a * b).sum(axis=1)
                          / ((np.linalg.norm(a, axis=1) + eps) * (np.linalg.norm(b, axis=1) + eps))).mean())
            print(repr(float(np.mean(d))))
            """;

    @TempDir
    private Path folder;

    /** A second and a half of noise that swells and pauses. */
    private static double[] speechLike() {
        SplittableRandom random = new SplittableRandom(3);
        double[] x = new double[25_000];
        double low = 0;
        for (int t = 0; t < x.length; t++) {
            low = .9 * low + random.nextDouble(-1, 1);
            double swell = Math.sin(t * .0021);
            x[t] = t > 9_000 && t < 13_000 ? 1e-5 * low : low * swell * swell;
        }
        return x;
    }

    private static double[] noisy(double[] x, double noise) {
        SplittableRandom random = new SplittableRandom(8);
        double[] y = x.clone();
        for (int t = 0; t < y.length; t++) {
            y[t] += noise * random.nextDouble(-1, 1);
        }
        return y;
    }

    @Test
    void equalsAnIndependentScript() throws Exception {
        assumeTrue(hasNumpy(), "SKIPPED: numpy is not installed");
        double[] x = speechLike();
        for (double noise : new double[] {.05, .8, 4}) {
            double[] y = noisy(x, noise);
            assertEquals(script(x, y), Intelligibility.of(x, y), 1e-9);
        }
    }

    @Test
    void moreNoiseIsLessIntelligible() {
        double[] x = speechLike();
        assertEquals(1, Intelligibility.of(x, x), 1e-9);
        double little = Intelligibility.of(x, noisy(x, .3));
        double much = Intelligibility.of(x, noisy(x, 4));
        assertTrue(little > much + .2, little + " and " + much);
        assertNull(Intelligibility.of(new double[2000], new double[2000]));
        assertNull(Intelligibility.of(new double[0], new double[0]));
    }

    private double script(double[] x, double[] y) throws Exception {
        Process process = new ProcessBuilder(PYTHON, "-c", SCRIPT, file("x", x), file("y", y))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return Double.parseDouble(output.strip());
    }

    private String file(String name, double[] values) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return Files.write(folder.resolve(name), bytes.array()).toString();
    }

    private static boolean hasNumpy() throws Exception {
        return Files.isExecutable(Path.of(PYTHON))
                && new ProcessBuilder(PYTHON, "-c", "import numpy")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
    }
}
