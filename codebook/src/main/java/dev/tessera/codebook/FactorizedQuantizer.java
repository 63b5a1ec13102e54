package dev.tessera.codebook;

import dev.tessera.codebook.internal.AffineMap;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;

/**
 * Factorized codes (improved VQGAN, Yu et al. 2022; DAC, Kumar et al. 2023): vectors are projected to a low dimension,
 * the nearest code vector is looked up there, and its code vector is projected back.
 *
 * <p>With {@code normalized} search both sides have length 1 when they are compared (cosine similarity), but the code
 * vector that is projected back keeps its own length, as in DAC. O(count x (dim x codeDim + K x codeDim)).
 */
public final class FactorizedQuantizer implements Quantizer {
    private final AffineMap in;
    private final Codebook codebook;
    private final boolean normalized;
    private final AffineMap out;
    private final NearestKernel kernel;

    /**
     * @param inWeight projection to the low dimension, {@code [codeDim x dim]}, row-major
     * @param inBias {@code [codeDim]}
     * @param codebook {@code [K x codeDim]}
     * @param normalized whether vectors and code vectors are scaled to length 1 for the search
     * @param outWeight projection back, {@code [dim x codeDim]}, row-major
     * @param outBias {@code [dim]}; its length is the dimension of the vectors
     */
    public FactorizedQuantizer(
            float[] inWeight,
            float[] inBias,
            Codebook codebook,
            boolean normalized,
            float[] outWeight,
            float[] outBias) {
        int dim = outBias.length;
        int codeDim = codebook.codeDim();
        if (dim < 1) {
            throw new IllegalArgumentException("out bias is empty, must have dim values, at least 1");
        }
        this.in = new AffineMap(dim, codeDim, inWeight, inBias, "in");
        this.out = new AffineMap(codeDim, dim, outWeight, outBias, "out");
        this.codebook = codebook;
        this.normalized = normalized;
        float[] searched = codebook.toArray();
        if (normalized) {
            normalizeRows(searched, codeDim);
        }
        this.kernel = NearestKernel.of(searched, codebook.codebookSize(), codeDim);
    }

    /** A copy of the projection to the low dimension, {@code [codeDim x dim]}, row-major. */
    public float[] inWeight() {
        return in.weight();
    }

    /** A copy of its bias, {@code [codeDim]}. */
    public float[] inBias() {
        return in.bias();
    }

    /** The code vectors in the low dimension, with their own lengths. */
    public Codebook codebook() {
        return codebook;
    }

    /** Whether the search compares directions only. */
    public boolean normalized() {
        return normalized;
    }

    /** A copy of the projection back, {@code [dim x codeDim]}, row-major. */
    public float[] outWeight() {
        return out.weight();
    }

    /** A copy of its bias, {@code [dim]}. */
    public float[] outBias() {
        return out.bias();
    }

    @Override
    public int dim() {
        return out.outputDim();
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {codebook.codebookSize()};
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        VectorQuantizer.checkDim(latents.dim(), dim());
        int[] indices = new int[latents.count()];
        Workers.forRows(threads, latents.count(), (from, to) -> {
            float[] projected = in.applyRows(latents.data(), from, to);
            if (normalized) {
                normalizeRows(projected, codebook.codeDim());
            }
            kernel.assign(projected, 0, to - from, indices, from);
        });
        return indices;
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int dim = dim();
        int codeDim = codebook.codeDim();
        float[] vectors = new float[Math.multiplyExact(indices.length, dim)];
        float[] lifted = new float[dim];
        for (int i = 0; i < indices.length; i++) {
            int index = indices[i];
            if (index < 0 || index >= codebook.codebookSize()) {
                throw new IllegalArgumentException(
                        "index is " + index + ", must be in [0, " + codebook.codebookSize() + ")");
            }
            out.apply(codebook.vectors(), index * codeDim, lifted);
            System.arraycopy(lifted, 0, vectors, i * dim, dim);
        }
        return Latents.of(shape, dim, vectors);
    }

    /** Scales every row to length 1; a row of zeros stays. */
    private static void normalizeRows(float[] x, int dim) {
        for (int from = 0; from < x.length; from += dim) {
            double square = 0;
            for (int k = from; k < from + dim; k++) {
                square += (double) x[k] * x[k];
            }
            double length = Math.sqrt(square);
            for (int k = from; k < from + dim && length > 0; k++) {
                x[k] = (float) (x[k] / length);
            }
        }
    }
}
