package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoundLossesTest {
    private static final int LENGTH = 64;
    private static final int RATE = 8000;

    private static SoundLosses only(int which) {
        double[] weights = new double[4];
        weights[which] = 1;
        return new SoundLosses(new int[] {16, 32}, RATE, weights[0], weights[1], weights[2], weights[3]);
    }

    private static double value(SoundLosses losses, float[] a, float[] b) {
        try (PointerScope _ = new PointerScope()) {
            return losses.of(Tensors.of(a, 2, LENGTH), Tensors.of(b, 2, LENGTH))
                    .loss()
                    .item_double();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void eachTermHasTheGradientOfDifferences(int which) {
        float[] original = Gradients.random(2 * LENGTH, 0.3, 1);
        float[] sound = Gradients.random(2 * LENGTH, 0.3, 2);
        SoundLosses losses = only(which);
        Gradients.assertMatchesDifferences(
                x -> losses.of(x, Tensors.of(original, 2, LENGTH)).loss(), sound, 2e-3, 2e-2, 2, LENGTH);
        assertTrue(value(losses, sound, original) > 0.01);
        assertEquals(0, value(losses, sound, sound), 2e-4);
    }

    /** Against sums written out, of one frame. */
    @Test
    void theTermsAreTheirFormulas() {
        int size = 16;
        float[] a = Gradients.random(size, 0.3, 3);
        float[] b = Gradients.random(size, 0.3, 4);
        double[] ma = magnitudes(a);
        double[] mb = magnitudes(b);
        double error = 0;
        double energy = 0;
        double log = 0;
        for (int k = 0; k <= size / 2; k++) {
            error += (ma[k] - mb[k]) * (ma[k] - mb[k]);
            energy += mb[k] * mb[k];
            log += Math.abs(Math.log(ma[k] + 1e-4) - Math.log(mb[k] + 1e-4)) / (size / 2 + 1);
        }
        int[] sizes = {size};
        assertEquals(Math.sqrt(error / energy), of(new SoundLosses(sizes, RATE, 1, 0, 0, 0), a, b).loss, 1e-4);
        assertEquals(log, of(new SoundLosses(sizes, RATE, 0, 1, 0, 0), a, b).loss, 1e-4);
        // one band: the triangle over all of 2595 log10(1 + f / 700) up to 4 kHz
        double top = 2595 * Math.log10(1 + 4000 / 700.0);
        double middle = 700 * (Math.pow(10, top / 2 / 2595) - 1) / 500;
        double bandA = 0;
        double bandB = 0;
        for (int k = 0; k <= size / 2; k++) {
            double weight = k < middle ? k / middle : (8 - k) / (8 - middle);
            bandA += weight * ma[k];
            bandB += weight * mb[k];
        }
        Numbers mel = of(new SoundLosses(sizes, RATE, 0, 0, 1, 0), a, b);
        assertEquals(Math.abs(Math.log(bandA + 1e-4) - Math.log(bandB + 1e-4)), mel.loss, 1e-4);
        assertEquals(mel.loss, mel.quality, 1e-6);
    }

    private record Numbers(double loss, double quality) {}

    private static Numbers of(SoundLosses losses, float[] a, float[] b) {
        try (PointerScope _ = new PointerScope()) {
            Tensor sound = Tensors.of(a, 1, a.length);
            Medium.Judgement judgement = losses.of(sound, Tensors.of(b, 1, b.length));
            return new Numbers(judgement.loss().item_double(), judgement.quality());
        }
    }

    private static double[] magnitudes(float[] x) {
        int n = x.length;
        double[] out = new double[n / 2 + 1];
        for (int k = 0; k < out.length; k++) {
            double re = 0;
            double im = 0;
            for (int t = 0; t < n; t++) {
                double windowed = x[t] * (0.5 - 0.5 * Math.cos(2 * Math.PI * t / n));
                re += windowed * Math.cos(2 * Math.PI * k * t / n);
                im -= windowed * Math.sin(2 * Math.PI * k * t / n);
            }
            out[k] = 4 * Math.hypot(re, im) / n;
        }
        return out;
    }
}
