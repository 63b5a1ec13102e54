package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jtransforms.fft.DoubleFFT_1D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FftTest {
    private static double[] noise(int n, long seed) {
        return new SplittableRandom(seed).doubles(n, -1, 1).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 8, 15, 16, 20, 32, 60, 64, 160, 320, 512, 1000, 1024, 2048, 4096, 6000})
    void agreesWithJTransforms(int n) {
        double[] re = noise(n, 1);
        double[] im = noise(n, 2);
        double[] interleaved = new double[2 * n];
        for (int i = 0; i < n; i++) {
            interleaved[2 * i] = re[i];
            interleaved[2 * i + 1] = im[i];
        }
        new DoubleFFT_1D(n).complexForward(interleaved);
        new Fft(n).forward(re, im);
        for (int k = 0; k < n; k++) {
            assertEquals(interleaved[2 * k], re[k], 1e-10 * n);
            assertEquals(interleaved[2 * k + 1], im[k], 1e-10 * n);
        }
    }

    @Property(tries = 60)
    void inverseUndoesForward(
            @ForAll @IntRange(max = 8) int twos,
            @ForAll @IntRange(max = 2) int threes,
            @ForAll @IntRange(max = 2) int fives,
            @ForAll long seed) {
        int n = 1 << twos;
        n *= (int) Math.pow(3, threes) * (int) Math.pow(5, fives);
        double[] re = noise(n, seed);
        double[] im = noise(n, seed + 1);
        double[] wantedRe = re.clone();
        double[] wantedIm = im.clone();
        Fft fft = new Fft(n);
        fft.forward(re, im);
        fft.inverse(re, im);
        assertArrayEquals(wantedRe, re, 1e-11);
        assertArrayEquals(wantedIm, im, 1e-11);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6, 10, 64, 512, 640, 1024, 2048})
    void realTransformAgreesWithTheComplexOneAndComesBack(int n) {
        double[] x = noise(n, 3);
        double[] re = x.clone();
        double[] im = new double[n];
        new Fft(n).forward(re, im);
        double[] halfRe = new double[n / 2 + 1];
        double[] halfIm = new double[n / 2 + 1];
        RealFft fft = new RealFft(n);
        fft.forward(x, halfRe, halfIm);
        for (int k = 0; k <= n / 2; k++) {
            assertEquals(re[k], halfRe[k], 1e-10);
            assertEquals(im[k], halfIm[k], 1e-10);
        }
        double[] back = new double[n];
        fft.inverse(halfRe, halfIm, back);
        assertArrayEquals(x, back, 1e-12);
    }

    @Test
    void otherSizesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Fft(0));
        assertThrows(IllegalArgumentException.class, () -> new Fft(7));
        assertThrows(IllegalArgumentException.class, () -> new Fft(1 << 25));
        assertThrows(IllegalArgumentException.class, () -> new RealFft(5));
        assertThrows(IllegalArgumentException.class, () -> new Fft(8).forward(new double[8], new double[7]));
    }
}
