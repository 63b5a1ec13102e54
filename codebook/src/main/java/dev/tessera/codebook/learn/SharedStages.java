package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.Covariance;
import java.util.Arrays;

/** Greedy passes of {@link SharedResidualKMeans} over the training vectors. All sums run in order of row. */
final class SharedStages {
    private final Latents vectors;
    private final int threads;

    SharedStages(Latents vectors, int threads) {
        this.vectors = vectors;
        this.threads = threads;
    }

    /** First scales: the root of each stage's residual power relative to the variance of the vectors. */
    void start(Codebook codebook, float[] scales) {
        double variance = variance();
        float[] residual = vectors.data().clone();
        for (int s = 0; s < scales.length; s++) {
            scales[s] = s == 0 || variance == 0 ? 1 : (float) Math.sqrt(power(residual) / variance);
            subtract(residual, codebook, scales[s], assign(residual, codebook, scales[s]));
        }
    }

    /**
     * One pass that sets every scale to the best for the choices made with the scale before; a scale whose best value
     * is not positive stays.
     *
     * @return residual over scale of every vector and stage, {@code [stages x count]} vectors with weights scale^2
     */
    TrainingSet pool(Codebook codebook, float[] scales) {
        int length = vectors.data().length;
        int count = vectors.count();
        float[] residual = vectors.data().clone();
        float[] pooled = new float[Math.multiplyExact(length, scales.length)];
        float[] weights = new float[count * scales.length];
        for (int s = 0; s < scales.length; s++) {
            int[] indices = assign(residual, codebook, scales[s]);
            scales[s] = bestScale(residual, codebook, indices, scales[s]);
            if (scales[s] > 0) {
                for (int i = 0; i < length; i++) {
                    pooled[s * length + i] = residual[i] / scales[s];
                }
                Arrays.fill(weights, s * count, (s + 1) * count, scales[s] * scales[s]);
            }
            subtract(residual, codebook, scales[s], indices);
        }
        return new TrainingSet(vectors.dim(), weights.length, pooled, weights);
    }

    double distortion(Codebook codebook, float[] scales) {
        ResidualQuantizer quantizer = SharedResidualKMeansResult.fold(codebook, scales);
        return Distortions.between(
                vectors, quantizer.dequantize(quantizer.quantize(vectors, threads), vectors.count()));
    }

    private int[] assign(float[] residual, Codebook codebook, float scale) {
        Codebook scaled = SharedResidualKMeansResult.scaled(codebook, scale);
        return new VectorQuantizer(scaled).quantize(Latents.of(vectors.count(), vectors.dim(), residual), threads);
    }

    private float bestScale(float[] residual, Codebook codebook, int[] indices, float before) {
        int dim = vectors.dim();
        float[] codes = codebook.vectors();
        double product = 0;
        double power = 0;
        for (int i = 0; i < indices.length; i++) {
            for (int k = 0; k < dim; k++) {
                double c = codes[indices[i] * dim + k];
                product += c * residual[i * dim + k];
                power += c * c;
            }
        }
        return product > 0 && power > 0 ? (float) (product / power) : before;
    }

    private void subtract(float[] residual, Codebook codebook, float scale, int[] indices) {
        int dim = vectors.dim();
        float[] codes = codebook.vectors();
        for (int i = 0; i < indices.length; i++) {
            for (int k = 0; k < dim; k++) {
                residual[i * dim + k] -= scale * codes[indices[i] * dim + k];
            }
        }
    }

    private double variance() {
        int dim = vectors.dim();
        double[] mean = Covariance.mean(vectors);
        double sum = 0;
        for (int i = 0; i < vectors.data().length; i++) {
            double centred = vectors.data()[i] - mean[i % dim];
            sum += centred * centred;
        }
        return sum;
    }

    private static double power(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }
}
