package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * RaBitQ (Gao and Long 2024): the latent less a centre is rotated at random, and the signs of the result name one of
 * the 2^D vectors q = R^T sign(R (x - c)) / sqrt(D), the one with the largest cosine. A last stage holds the nearest
 * gain to the least-squares one, g = (x - c).q = |R (x - c)|_1 / sqrt(D), and {@link #dequantize} gives c + g q.
 *
 * <p>Stages: the D signs 30 to a stage, dimension 0 of the rotated space in the lowest bit of the first (1 for a value
 * above 0), then the gain. A latent equal to the centre has all signs clear and the gain nearest to 0.
 *
 * <p>The rotation is made again from its seed, {@link RandomRotation}. {@link RaBitEstimator} has the paper's unbiased
 * estimate of inner products.
 *
 * <p>O(count x D^2).
 */
public final class RaBitQuantizer implements Quantizer {
    private final float[] centre;
    private final float[] gains;
    private final long seed;
    private final RandomRotation rotation;
    private final SignBits bits;
    private final int[] codebookSizes;

    /**
     * @param centre c, {@code [dim]}, all finite
     * @param gains the gains to choose from, at least one, all finite, in any order
     * @param seed of the rotation
     */
    public RaBitQuantizer(float[] centre, float[] gains, long seed) {
        Checks.requireFinite(centre, "centre");
        Checks.requireFinite(gains, "gains");
        Checks.requireAtLeast(1, gains.length, "the number of gains");
        this.rotation = new RandomRotation(centre.length, seed);
        this.centre = centre.clone();
        this.gains = gains.clone();
        this.seed = seed;
        this.bits = new SignBits(centre.length, BitOrder.LEAST_SIGNIFICANT_FIRST);
        this.codebookSizes = withGainStage(bits.codebookSizes(), gains.length);
    }

    private RaBitQuantizer(RaBitQuantizer other, float[] gains) {
        Checks.requireFinite(gains, "gains");
        Checks.requireAtLeast(1, gains.length, "the number of gains");
        this.rotation = other.rotation;
        this.centre = other.centre;
        this.gains = gains.clone();
        this.seed = other.seed;
        this.bits = other.bits;
        this.codebookSizes = withGainStage(bits.codebookSizes(), gains.length);
    }

    private static int[] withGainStage(int[] signSizes, int gains) {
        int[] sizes = Arrays.copyOf(signSizes, signSizes.length + 1);
        sizes[signSizes.length] = gains;
        return sizes;
    }

    /** A copy of the centre, {@code [dim]}. */
    public float[] centre() {
        return centre.clone();
    }

    /** A copy of the gains. */
    public float[] gains() {
        return gains.clone();
    }

    /** Seed of the rotation. */
    public long seed() {
        return seed;
    }

    public RandomRotation rotation() {
        return rotation;
    }

    /** The same centre and rotation with other gains. */
    public RaBitQuantizer withGains(float[] newGains) {
        return new RaBitQuantizer(this, newGains);
    }

    @Override
    public int dim() {
        return centre.length;
    }

    @Override
    public int[] codebookSizes() {
        return codebookSizes.clone();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        int dim = dim();
        int stages = codebookSizes.length;
        int[] indices = new int[Math.multiplyExact(latents.count(), stages)];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            double[] residual = new double[dim];
            double[] rotated = new double[dim];
            for (int i = from; i < to; i++) {
                centreRow(latents.data(), i * dim, residual);
                rotation.apply(residual, rotated);
                for (int d = 0; d < dim; d++) {
                    if (rotated[d] > 0) {
                        bits.set(indices, i * stages, d);
                    }
                }
                indices[i * stages + stages - 1] = ScalarCodes.nearest(gains, gain(rotated));
            }
        });
        return indices;
    }

    /** The least-squares gain (x - c).q of every vector, {@code [count]}. */
    public float[] leastSquaresGains(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        int dim = dim();
        float[] out = new float[latents.count()];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            double[] residual = new double[dim];
            double[] rotated = new double[dim];
            for (int i = from; i < to; i++) {
                centreRow(latents.data(), i * dim, residual);
                rotation.apply(residual, rotated);
                out[i] = (float) gain(rotated);
            }
        });
        return out;
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int count = Checks.checkIndices(indices, codebookSizes);
        int dim = dim();
        int stages = codebookSizes.length;
        float[] out = new float[Math.multiplyExact(count, dim)];
        double[] signs = new double[dim];
        double[] turned = new double[dim];
        double rootDim = Math.sqrt(dim);
        for (int i = 0; i < count; i++) {
            for (int d = 0; d < dim; d++) {
                signs[d] = bits.isSet(indices, i * stages, d) ? 1 : -1;
            }
            rotation.applyTransposed(signs, turned);
            double factor = gains[indices[i * stages + stages - 1]] / rootDim;
            for (int d = 0; d < dim; d++) {
                out[i * dim + d] = (float) (centre[d] + factor * turned[d]);
            }
        }
        return Latents.of(shape, dim, out);
    }

    void centreRow(float[] x, int from, double[] residual) {
        for (int d = 0; d < residual.length; d++) {
            residual[d] = (double) x[from + d] - centre[d];
        }
    }

    /** Least-squares gain of a rotated residual. */
    static double gain(double[] rotated) {
        double sum = 0;
        for (double value : rotated) {
            sum += Math.abs(value);
        }
        return sum / Math.sqrt(rotated.length);
    }
}
