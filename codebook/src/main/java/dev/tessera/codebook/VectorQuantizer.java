package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.NearestKernel;

/**
 * One codebook, nearest code vector in Euclidean distance; the lowest index wins ties.
 *
 * <p>O(count x K x D).
 */
public final class VectorQuantizer implements Quantizer {
    private final Codebook codebook;
    private final NearestKernel kernel;

    public VectorQuantizer(Codebook codebook) {
        this.codebook = codebook;
        this.kernel = NearestKernel.of(codebook.vectors(), codebook.codebookSize(), codebook.codeDim());
    }

    public Codebook codebook() {
        return codebook;
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
        int d = dim();
        NearestKernel suited = kernel.suitedTo(latents.data(), 0, latents.count());
        Workers.forRows(
                threads,
                latents.count(),
                (from, to) -> suited.assign(latents.data(), from * d, to - from, indices, from));
        return indices;
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
