package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.UnitVectors;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;

/**
 * Vector quantization by direction: the index is that of the code vector with the largest cosine, the lowest one in a
 * tie.
 *
 * <p>Latents are scaled to norm 1 and compared with a search codebook of unit vectors, where the nearest one is the one
 * with the largest cosine. What comes out is the code vector of the same index in an output codebook: the unit vectors
 * themselves ({@link #unit}), or the code vectors at their own length ({@link #factorized}, the lookup of Kumar et al.
 * 2023, "High-fidelity audio compression with improved RVQGAN"). A zero vector has no direction and gets index 0.
 *
 * <p>O(count x K x D).
 */
public final class SphericalQuantizer implements Quantizer {
    private static final double NORM_TOLERANCE = 1e-4;

    private final Codebook searchCodebook;
    private final Codebook outputCodebook;
    private final NearestKernel kernel;

    /**
     * A quantizer from its parts; takes the values as they are, so that a stored quantizer comes back bit for bit.
     *
     * @param searchCodebook unit vectors, norms within 1e-4 of 1
     * @param outputCodebook what each index stands for; as many code vectors of the same dimension
     */
    public SphericalQuantizer(Codebook searchCodebook, Codebook outputCodebook) {
        if (outputCodebook.codebookSize() != searchCodebook.codebookSize()
                || outputCodebook.codeDim() != searchCodebook.codeDim()) {
            throw new IllegalArgumentException("outputCodebook is " + outputCodebook
                    + ", must have the size of searchCodebook, " + searchCodebook);
        }
        int d = searchCodebook.codeDim();
        for (int j = 0; j < searchCodebook.codebookSize(); j++) {
            double norm = UnitVectors.norm(searchCodebook.vectors(), j * d, d);
            if (!(Math.abs(norm - 1) <= NORM_TOLERANCE)) {
                throw new IllegalArgumentException("code vector " + j + " of searchCodebook has norm " + norm
                        + ", must be within " + NORM_TOLERANCE + " of 1");
            }
        }
        this.searchCodebook = searchCodebook;
        this.outputCodebook = outputCodebook;
        this.kernel = NearestKernel.of(searchCodebook.vectors(), searchCodebook.codebookSize(), d);
    }

    /** Outputs the code vectors scaled to norm 1; none of them may be zero. */
    public static SphericalQuantizer unit(Codebook codebook) {
        Codebook scaled = scaled(codebook);
        return new SphericalQuantizer(scaled, scaled);
    }

    /** Searches among the code vectors scaled to norm 1, outputs them as they are; none of them may be zero. */
    public static SphericalQuantizer factorized(Codebook codebook) {
        return new SphericalQuantizer(scaled(codebook), codebook);
    }

    private static Codebook scaled(Codebook codebook) {
        int d = codebook.codeDim();
        float[] unit = new float[codebook.codebookSize() * d];
        for (int j = 0; j < codebook.codebookSize(); j++) {
            if (UnitVectors.scale(codebook.vectors(), j * d, unit, j * d, d) == 0) {
                throw new IllegalArgumentException("code vector " + j + " is zero, must have a direction");
            }
        }
        return Codebook.of(codebook.codebookSize(), d, unit);
    }

    /** The unit vectors that latents are compared with. */
    public Codebook searchCodebook() {
        return searchCodebook;
    }

    /** The code vectors that {@link #dequantize} gives. */
    public Codebook outputCodebook() {
        return outputCodebook;
    }

    @Override
    public int dim() {
        return searchCodebook.codeDim();
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {searchCodebook.codebookSize()};
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
        float[] unit = new float[(to - from) * d];
        boolean[] zero = new boolean[to - from];
        for (int i = from; i < to; i++) {
            zero[i - from] = UnitVectors.scale(x, i * d, unit, (i - from) * d, d) == 0;
        }
        kernel.assign(unit, 0, to - from, indices, from);
        for (int i = from; i < to; i++) {
            if (zero[i - from]) {
                indices[i] = 0; // all cosines tie; the scores of the search differ by the rounding of the norms
            }
        }
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int d = dim();
        float[] out = new float[Math.multiplyExact(indices.length, d)];
        for (int i = 0; i < indices.length; i++) {
            outputCodebook.addTo(indices[i], out, i * d);
        }
        return Latents.of(shape, d, out);
    }
}
