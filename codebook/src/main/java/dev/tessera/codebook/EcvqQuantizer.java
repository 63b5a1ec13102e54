package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;

/**
 * Entropy-constrained vector quantization (Chou, Lookabaugh and Gray 1989): the index of a latent x is the one with the
 * smallest |x - c|^2 + lambda x rate(index), the lowest one in a tie. An index that an entropy coder writes cheaply
 * wins latents from its neighbours.
 *
 * <p>The rate is one more dimension of the search: latents are 0 there, a code vector is sqrt(lambda x rate), and the
 * squared distance is the whole cost.
 *
 * <p>O(count x K x (D + 1)).
 */
public final class EcvqQuantizer implements Quantizer {
    private final Codebook codebook;
    private final float[] rates; // [K], bits
    private final double lambda;
    private final NearestKernel kernel; // of K x (D + 1)

    /**
     * @param rates {@code [K]}, bits that an index costs, finite and at least 0
     * @param lambda squared distance that one bit is worth, finite and at least 0
     */
    public EcvqQuantizer(Codebook codebook, float[] rates, double lambda) {
        if (rates.length != codebook.codebookSize()) {
            throw new IllegalArgumentException(
                    "rates has " + rates.length + " values, must have one per code vector, " + codebook.codebookSize());
        }
        for (int j = 0; j < rates.length; j++) {
            if (!(rates[j] >= 0 && rates[j] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("rate " + j + " is " + rates[j] + ", must be finite and at least 0");
            }
        }
        if (!(lambda >= 0 && lambda < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("lambda is " + lambda + ", must be finite and at least 0");
        }
        this.codebook = codebook;
        this.rates = rates.clone();
        this.lambda = lambda;
        this.kernel = NearestKernel.of(withRate(), codebook.codebookSize(), codebook.codeDim() + 1);
    }

    private float[] withRate() {
        int d = codebook.codeDim();
        float[] augmented = new float[Math.multiplyExact(codebook.codebookSize(), d + 1)];
        for (int j = 0; j < codebook.codebookSize(); j++) {
            System.arraycopy(codebook.vectors(), j * d, augmented, j * (d + 1), d);
            float cost = (float) Math.sqrt(lambda * rates[j]);
            if (!Float.isFinite(cost)) {
                throw new IllegalArgumentException("lambda is " + lambda + " and rate " + j + " is " + rates[j]
                        + ", lambda x rate must be below the square of the largest float");
            }
            augmented[j * (d + 1) + d] = cost;
        }
        return augmented;
    }

    public Codebook codebook() {
        return codebook;
    }

    /** A copy of what each index costs, {@code [K]}, bits. */
    public float[] rates() {
        return rates.clone();
    }

    /** Squared distance that one bit is worth. */
    public double lambda() {
        return lambda;
    }

    @Override
    public int dim() {
        return codebook.codeDim();
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {codebook.codebookSize()};
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        int[] indices = new int[latents.count()];
        Workers.forRows(threads, latents.count(), (from, to) -> quantizeRows(latents.data(), from, to, indices));
        return indices;
    }

    private void quantizeRows(float[] x, int from, int to, int[] indices) {
        int d = dim();
        float[] augmented = new float[Math.multiplyExact(to - from, d + 1)];
        for (int i = from; i < to; i++) {
            System.arraycopy(x, i * d, augmented, (i - from) * (d + 1), d);
        }
        kernel.assign(augmented, 0, to - from, indices, from);
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int d = dim();
        float[] out = new float[Math.multiplyExact(indices.length, d)];
        for (int i = 0; i < indices.length; i++) {
            codebook.addTo(indices[i], out, i * d);
        }
        return Latents.of(shape, d, out);
    }
}
