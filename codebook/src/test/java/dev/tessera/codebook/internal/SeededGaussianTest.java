package dev.tessera.codebook.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

class SeededGaussianTest {
    @Test
    void drawsAreNormal() {
        float[] draws = SeededGaussian.draw(20_001, 3, new SplitMix64(4));
        double[] values = new double[draws.length];
        double products = 0;
        for (int i = 0; i < draws.length; i++) {
            values[i] = draws[i];
            products += i == 0 ? 0 : (double) draws[i] * draws[i - 1] / 9 / draws.length;
        }
        double p = new KolmogorovSmirnovTest().kolmogorovSmirnovTest(new NormalDistribution(0, 3), values);
        assertEquals(1, p, 0.99);
        assertEquals(0, products, 0.03);
        assertArrayEquals(draws, SeededGaussian.draw(20_001, 3, new SplitMix64(4)));
    }
}
