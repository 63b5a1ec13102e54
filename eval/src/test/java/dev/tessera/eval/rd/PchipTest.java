package dev.tessera.eval.rd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PchipTest {
    private static final String PYTHON = "/usr/bin/python3";

    /** Values of scipy.interpolate.PchipInterpolator 1.10.1. */
    @Test
    void goldenValues() {
        Pchip rising = new Pchip(new double[] {0, 1, 2.5, 3, 7}, new double[] {0, 2, 2.1, 6, 6.5});
        assertEquals(0.8310102752293578, rising.at(.3), 1e-14);
        assertEquals(2.044862073082257, rising.at(1.7), 1e-14);
        assertEquals(4.039347435383902, rising.at(2.75), 1e-14);
        assertEquals(6.4142745709828395, rising.at(5), 1e-14);
        assertEquals(6.499878963533542, rising.at(6.9), 1e-14);
        assertEquals(30.97488322699823, rising.integral(.3, 6.9), 1e-12);
        Pchip turning = new Pchip(new double[] {0, 1, 2, 4}, new double[] {3, 1, 2, 2});
        assertEquals(1.5625, turning.at(.5), 1e-14);
        assertEquals(1.5, turning.at(1.5), 1e-14);
        assertEquals(2, turning.at(3), 1e-14);
        assertEquals(7.208333333333333, turning.integral(0, 4), 1e-12);
    }

    @Test
    void equalsScipyOnRandomData() throws Exception {
        assumeTrue(hasScipy(), "SKIPPED: scipy is not installed");
        SplittableRandom random = new SplittableRandom(5);
        for (int n : new int[] {2, 3, 8}) {
            double[] x = new double[n];
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                x[i] = (i == 0 ? 0 : x[i - 1]) + random.nextDouble(.1, 2);
                y[i] = random.nextDouble(-1, 1);
            }
            Pchip pchip = new Pchip(x, y);
            double from = x[0] + .1 * (x[n - 1] - x[0]);
            double to = x[0] + .8 * (x[n - 1] - x[0]);
            double[] expected = scipy(x, y, from, to);
            assertEquals(expected[0], pchip.at(from), 1e-12);
            assertEquals(expected[1], pchip.at(to), 1e-12);
            assertEquals(expected[2], pchip.integral(from, to), 1e-12);
        }
    }

    @Test
    void monotoneDataStayMonotone() {
        Pchip pchip = new Pchip(new double[] {0, 1, 2, 3, 4}, new double[] {0, 0.01, 5, 5.01, 9});
        double before = -1;
        for (double t = 0; t <= 4; t += .01) {
            assertTrue(pchip.at(t) >= before, "falls at " + t);
            before = pchip.at(t);
        }
    }

    @Test
    void badKnotsAndArgumentsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Pchip(new double[] {1}, new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> new Pchip(new double[] {1, 1}, new double[] {1, 2}));
        Pchip pchip = new Pchip(new double[] {0, 1}, new double[] {0, 1});
        assertEquals(.5, pchip.at(.5));
        assertThrows(IllegalArgumentException.class, () -> pchip.at(1.01));
        assertThrows(IllegalArgumentException.class, () -> pchip.integral(0, Double.NaN));
    }

    private static boolean hasScipy() throws Exception {
        return Files.isExecutable(Path.of(PYTHON))
                && new ProcessBuilder(PYTHON, "-c", "import scipy.interpolate")
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
    }

    private static double[] scipy(double[] x, double[] y, double from, double to) throws Exception {
        String script =
                "from scipy.interpolate import PchipInterpolator as P; p=P([%s],[%s]); ".formatted(text(x), text(y))
                        + "print(repr(float(p(%1$s))), repr(float(p(%2$s))), repr(float(p.integrate(%1$s, %2$s))))"
                                .formatted(from, to);
        Process process = new ProcessBuilder(List.of(PYTHON, "-c", script)).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return Arrays.stream(output.strip().split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    private static String text(double[] values) {
        return Arrays.stream(values).mapToObj(Double::toString).collect(Collectors.joining(","));
    }
}
