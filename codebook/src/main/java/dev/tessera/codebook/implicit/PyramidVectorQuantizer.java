package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import java.util.Arrays;

/**
 * Pyramid vector quantization (Fischer 1986; RFC 6716 section 4.3.4): the direction of a vector is the direction of an
 * integer vector of N values whose magnitudes sum to K pulses, numbered by {@link PyramidEnumeration}. With gains, a
 * last stage holds the nearest of them to the least-squares gain, the projection of the latent on the unit vector
 * chosen.
 *
 * <p>Search: the latent is scaled to the pyramid and rounded towards zero, then the pulses left over are set one at a
 * time where the normalised correlation with the latent becomes largest, the lowest dimension in a tie; last, single
 * pulses move to other dimensions while that raises it. The zero vector, and one with a NaN or infinite value, has all
 * pulses in dimension 0, positive.
 *
 * <p>Without gains {@link #dequantize} gives unit vectors. A joint index of more than 2^31 - 1 values takes stages of
 * 30 bits, the lowest first; the last of them is as large as V(N, K) demands, and an index of stages that together
 * exceed V(N, K) - 1 is refused.
 *
 * <p>O(count x N x min(N, K)) to set the pulses and as much again for every pass of moves, of which there are few.
 */
public final class PyramidVectorQuantizer implements Quantizer {
    private static final float[] NO_GAINS = {};

    private final PyramidEnumeration pyramid;
    private final float[] gains;
    private final int shapeStages;
    private final int[] codebookSizes;

    /** Directions only. */
    public PyramidVectorQuantizer(int dim, int pulses) {
        this(dim, pulses, NO_GAINS);
    }

    /**
     * @param dim N, at least 1
     * @param pulses K, at least 1
     * @param gains the lengths to choose from, all finite, in any order; empty for directions only
     */
    public PyramidVectorQuantizer(int dim, int pulses, float[] gains) {
        Checks.requireFinite(gains, "gains");
        this.pyramid = new PyramidEnumeration(dim, pulses);
        this.gains = gains.clone();
        int[] shapeSizes = pyramid.stageSizes();
        this.shapeStages = shapeSizes.length;
        this.codebookSizes = Arrays.copyOf(shapeSizes, shapeStages + (gains.length > 0 ? 1 : 0));
        if (gains.length > 0) {
            codebookSizes[shapeStages] = gains.length;
        }
    }

    /** The numbering of the pulse vectors. */
    public PyramidEnumeration pyramid() {
        return pyramid;
    }

    /** K. */
    public int pulses() {
        return pyramid.pulses();
    }

    /** A copy of the gains, empty for directions only. */
    public float[] gains() {
        return gains.clone();
    }

    /** The same directions with other gains. */
    public PyramidVectorQuantizer withGains(float[] newGains) {
        return new PyramidVectorQuantizer(dim(), pulses(), newGains);
    }

    @Override
    public int dim() {
        return pyramid.dim();
    }

    @Override
    public int[] codebookSizes() {
        return codebookSizes.clone();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        int stages = codebookSizes.length;
        int[] indices = new int[Math.multiplyExact(latents.count(), stages)];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            PulseSearch search = new PulseSearch(dim(), pulses());
            for (int i = from; i < to; i++) {
                double gain = search.run(latents.data(), i * dim());
                pyramid.write(search.pulses(), indices, i * stages, shapeStages);
                if (gains.length > 0) {
                    indices[i * stages + shapeStages] = ScalarCodes.nearest(gains, gain);
                }
            }
        });
        return indices;
    }

    /** The least-squares gain of every vector, its projection on the unit vector chosen for it, {@code [count]}. */
    public float[] leastSquaresGains(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        float[] out = new float[latents.count()];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            PulseSearch search = new PulseSearch(dim(), pulses());
            for (int i = from; i < to; i++) {
                out[i] = (float) search.run(latents.data(), i * dim());
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
        int[] vector = new int[dim];
        for (int i = 0; i < count; i++) {
            pyramid.read(indices, i * stages, shapeStages, vector);
            long squares = 0;
            for (int value : vector) {
                squares += (long) value * value;
            }
            double gain = gains.length > 0 ? gains[indices[i * stages + shapeStages]] : 1;
            double norm = Math.sqrt((double) squares);
            for (int d = 0; d < dim; d++) {
                out[i * dim + d] = (float) (vector[d] * gain / norm);
            }
        }
        return Latents.of(shape, dim, out);
    }
}
