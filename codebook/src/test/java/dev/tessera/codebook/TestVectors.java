package dev.tessera.codebook;

import java.util.SplittableRandom;

/** Vectors that tests learn from. */
public final class TestVectors {
    private TestVectors() {}

    public static Latents mixture(long seed, int count, int dim, int centres) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] c = new float[centres * dim];
        for (int i = 0; i < c.length; i++) {
            c[i] = (float) (4 * random.nextGaussian());
        }
        float[] x = new float[count * dim];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(centres);
            for (int t = 0; t < dim; t++) {
                x[i * dim + t] = (float) (c[j * dim + t] + random.nextGaussian());
            }
        }
        return Latents.of(count, dim, x);
    }

    public static double distortion(Latents vectors, Quantizer quantizer) {
        float[] x = vectors.data();
        float[] y = quantizer
                .dequantize(quantizer.quantize(vectors), vectors.count())
                .data();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.pow((double) x[i] - y[i], 2);
        }
        return sum / vectors.count();
    }
}
