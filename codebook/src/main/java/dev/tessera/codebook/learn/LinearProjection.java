package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains the linear map of a {@link ProjectedCodebook} on fixed latents z: Adam (Kingma and Ba 2015) on the mean over
 * batch and dimensions of |q - sg z|^2, q the nearest code vector, looked up anew in every step. With g_i = dL/dq_i = 2
 * (q_i - z_i) / (batch x codeDim) and c_i the basis vector behind q_i the gradients are dW = sum g_i c_i^T and db = sum
 * g_i. The commitment term only moves latents, and these are fixed.
 */
final class LinearProjection {
    private static final double BETA1 = 0.5; // SimVQ's image configuration
    private static final double BETA2 = 0.9;
    private static final double EPSILON = 1e-8;
    private static final int STRIPE = 8; // dimensions whose gradient one task sums

    private final Codebook basis;
    private final Latents latents;
    private final ProjectionSettings settings;
    private final int basisDim;
    private final int codeDim;
    private final double[] parameters; // [codeDim x (basisDim + 1)]: rows of W, each followed by its bias
    private final double[] mean; // Adam's first moments
    private final double[] square; // and second ones
    private double power1 = 1; // BETA1^step
    private double power2 = 1;

    /** The start is that of PyTorch's linear layer: uniform in +-basisDim^-1/2, weight before bias. */
    LinearProjection(Codebook basis, Latents latents, ProjectionSettings settings, SplitMix64 random) {
        Checks.requireVectors(latents);
        this.basis = basis;
        this.latents = latents;
        this.settings = settings;
        this.basisDim = basis.codeDim();
        this.codeDim = latents.dim();
        this.parameters = new double[codeDim * (basisDim + 1)];
        this.mean = new double[parameters.length];
        this.square = new double[parameters.length];
        double bound = 1 / Math.sqrt(basisDim);
        for (int o = 0; o < codeDim; o++) {
            for (int t = 0; t < basisDim; t++) {
                parameters[o * (basisDim + 1) + t] = bound * (2 * random.nextDouble() - 1);
            }
        }
        for (int o = 0; o < codeDim; o++) {
            parameters[o * (basisDim + 1) + basisDim] = bound * (2 * random.nextDouble() - 1);
        }
    }

    ProjectedCodebookResult train(SplitMix64 random) {
        int[] order = new int[latents.count()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        List<ProjectedCodebookResult.Epoch> epochs = new ArrayList<>();
        epochs.add(measure());
        try (Workers workers = new Workers(settings.threads())) {
            for (int epoch = 0; epoch < settings.epochs(); epoch++) {
                shuffle(order, random);
                for (int from = 0; from < order.length; from += settings.batchSize()) {
                    step(batch(order, from), workers);
                }
                epochs.add(measure());
            }
        }
        return new ProjectedCodebookResult(codebook(), epochs);
    }

    private static void shuffle(int[] order, SplitMix64 random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
    }

    private Latents batch(int[] order, int from) {
        int count = Math.min(settings.batchSize(), order.length - from);
        float[] x = new float[count * codeDim];
        for (int i = 0; i < count; i++) {
            System.arraycopy(latents.data(), order[from + i] * codeDim, x, i * codeDim, codeDim);
        }
        return Latents.of(count, codeDim, x);
    }

    private void step(Latents batch, Workers workers) {
        Codebook codes = codebook().fold(settings.threads());
        int[] indices = new VectorQuantizer(codes).quantize(batch, settings.threads());
        double[] gradient = gradient(codes, batch, indices, workers);
        power1 *= BETA1;
        power2 *= BETA2;
        for (int p = 0; p < parameters.length; p++) {
            mean[p] = BETA1 * mean[p] + (1 - BETA1) * gradient[p];
            square[p] = BETA2 * square[p] + (1 - BETA2) * gradient[p] * gradient[p];
            double correctedMean = mean[p] / (1 - power1);
            double correctedSquare = square[p] / (1 - power2);
            parameters[p] -= settings.learningRate() * correctedMean / (Math.sqrt(correctedSquare) + EPSILON);
        }
    }

    /**
     * The gradient in the layout of the parameters. Vectors with the same code vector are summed first, in order of
     * row, then the used code vectors in order of index.
     *
     * @param codes the folded codebook, {@code [K x codeDim]}
     * @param indices code vector of each vector of the batch
     */
    double[] gradient(Codebook codes, Latents batch, int[] indices, Workers workers) {
        Clusters clusters = new Clusters(codes.codebookSize(), batch.count());
        clusters.group(indices);
        double scale = 2.0 / ((double) batch.count() * codeDim);
        double[] gradient = new double[parameters.length];
        workers.runRows(codeDim, STRIPE, (from, to) -> {
            for (int k = 0; k < codes.codebookSize(); k++) {
                if (clusters.begin(k) == clusters.end(k)) {
                    continue;
                }
                for (int o = from; o < to; o++) {
                    double sum = 0;
                    for (int m = clusters.begin(k); m < clusters.end(k); m++) {
                        sum += (double) codes.get(k, o) - batch.data()[clusters.member(m) * codeDim + o];
                    }
                    double g = scale * sum;
                    int row = o * (basisDim + 1);
                    for (int t = 0; t < basisDim; t++) {
                        gradient[row + t] += g * basis.get(k, t);
                    }
                    gradient[row + basisDim] += g;
                }
            }
        });
        return gradient;
    }

    /** The current state; the code vectors that training looks at are those that its caller will get. */
    ProjectedCodebook codebook() {
        float[] weight = new float[codeDim * basisDim];
        float[] bias = new float[codeDim];
        for (int o = 0; o < codeDim; o++) {
            int row = o * (basisDim + 1);
            for (int t = 0; t < basisDim; t++) {
                weight[o * basisDim + t] = (float) parameters[row + t];
            }
            bias[o] = (float) parameters[row + basisDim];
        }
        return new ProjectedCodebook(basis, weight, bias);
    }

    private ProjectedCodebookResult.Epoch measure() {
        VectorQuantizer quantizer = new VectorQuantizer(codebook().fold(settings.threads()));
        int[] indices = quantizer.quantize(latents, settings.threads());
        double distortion = Distortions.between(latents, quantizer.dequantize(indices, indices.length));
        return new ProjectedCodebookResult.Epoch(distortion, CodebookUsage.of(indices, basis.codebookSize()));
    }
}
