package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;

/**
 * Lookup-free quantization (LFQ; Yu et al. 2023): every dimension is replaced by its sign times a scale, so D
 * dimensions make a book of 2^D codes.
 *
 * <p>A value above 0 becomes +scale, any other (0 and NaN as well) -scale. The joint index holds one bit per dimension,
 * 1 for +scale, in the given {@link BitOrder}; with more than 30 dimensions stage s holds bits 30 s to 30 s + 29 of it.
 *
 * <p>O(count x D).
 */
public final class LookupFreeQuantizer implements Quantizer {
    private final int dim;
    private final float scale;
    private final SignBits bits;

    /**
     * @param dim D, at least 1
     * @param scale magnitude of every quantized value, finite and above 0; 1 in the paper
     */
    public LookupFreeQuantizer(int dim, float scale, BitOrder order) {
        if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("scale is " + scale + ", must be finite and above 0");
        }
        this.bits = new SignBits(dim, order);
        this.dim = dim;
        this.scale = scale;
    }

    /** Magnitude of every quantized value. */
    public float scale() {
        return scale;
    }

    public BitOrder order() {
        return bits.order();
    }

    @Override
    public int dim() {
        return dim;
    }

    @Override
    public int[] codebookSizes() {
        return bits.codebookSizes();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim);
        int[] indices = new int[Math.multiplyExact(latents.count(), bits.stages())];
        Workers.forRows(threads, latents.count(), (from, to) -> bits.pack(latents.data(), from, to, indices));
        return indices;
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int count = Checks.checkIndices(indices, codebookSizes());
        return Latents.of(shape, dim, bits.unpack(indices, count, scale));
    }

    /**
     * The entropy penalty mean_n H(p_n) - gamma H(mean_n p_n) with p_n = softmax over codes of 2 x_n.c / temperature,
     * codes in {-1, 1}^D (Yu et al. 2023), in time and memory that do not grow with 2^D.
     *
     * <p>p_n is a product over bits, P(bit d of n) = sigmoid(4 x_nd / temperature). The first term is therefore exactly
     * the sum of the bits' entropies. The second is taken as the sum over bits of the entropy of the mean probability,
     * as BSQ does (Zhao et al. 2024): never below the entropy of the joint mean, and equal to it when the bits are
     * independent over the batch. No epsilon is added inside the logarithms.
     *
     * <p>For BSQ's codes on the unit sphere pass {@link BinarySphericalQuantizer#project projected} latents and
     * temperature x sqrt(D).
     *
     * @param latents at least one vector, all finite
     * @param temperature finite, above 0; 0.01 is usual
     * @param gamma weight of the batch entropy, finite, at least 0; 1 is usual
     */
    public static EntropyLoss entropyLoss(Latents latents, double temperature, double gamma) {
        if (latents.count() < 1) {
            throw new IllegalArgumentException("there are no latents");
        }
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature is " + temperature + ", must be finite and above 0");
        }
        if (!(gamma >= 0 && gamma < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gamma is " + gamma + ", must be finite and at least 0");
        }
        float[] x = latents.data();
        Checks.requireFinite(x, "latents");
        int d = latents.dim();
        double[] sums = new double[d];
        double sampleEntropy = 0;
        for (int i = 0; i < x.length; i++) {
            double logit = 4 * (double) x[i] / temperature;
            double decided = Math.min(Math.abs(logit), 800); // exp(-800) is 0: keeps infinity x 0 out
            double odds = StrictMath.exp(-decided);
            sampleEntropy += StrictMath.log1p(odds) + decided * odds / (1 + odds);
            sums[i % d] += (logit > 0 ? 1 : odds) / (1 + odds);
        }
        double batchEntropy = 0;
        for (double sum : sums) {
            double mean = sum / latents.count();
            batchEntropy += plogp(mean) + plogp(1 - mean);
        }
        return new EntropyLoss(sampleEntropy / latents.count(), batchEntropy, gamma);
    }

    private static double plogp(double p) {
        return p <= 0 ? 0 : -p * StrictMath.log(p);
    }
}
