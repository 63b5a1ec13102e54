package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;

/**
 * Binary spherical quantization (BSQ; Zhao et al. 2024): the latent is projected on the unit sphere, u = x/|x|, and
 * quantized to sign(u)/sqrt(D), which lies on the unit sphere again. The code is the one of 2^D with the largest
 * cosine.
 *
 * <p>A value above 0 counts as positive, any other as negative; the zero vector gets joint index 0, whose code vector
 * is -1/sqrt(D) in every dimension. {@link #dequantize} gives unit vectors: the length of a latent is not kept. Compare
 * with {@link #project}, not with the latents. Stages as in {@link LookupFreeQuantizer}.
 *
 * <p>O(count x D).
 */
public final class BinarySphericalQuantizer implements Quantizer {
    private final int dim;
    private final SignBits bits;

    /** @param dim D, at least 1 */
    public BinarySphericalQuantizer(int dim, BitOrder order) {
        this.bits = new SignBits(dim, order);
        this.dim = dim;
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

    /** The sign does not depend on the length, so nothing is divided here and no small value can be lost. */
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
        return Latents.of(shape, dim, bits.unpack(indices, count, (float) (1 / Math.sqrt(dim))));
    }

    /** Every vector divided by its Euclidean length; the zero vector stays zero. */
    public static Latents project(Latents latents) {
        int d = latents.dim();
        float[] x = latents.data();
        float[] out = new float[x.length];
        for (int i = 0; i < latents.count(); i++) {
            double squares = 0;
            for (int k = i * d; k < (i + 1) * d; k++) {
                squares += (double) x[k] * x[k];
            }
            if (squares > 0) {
                double norm = Math.sqrt(squares);
                for (int k = i * d; k < (i + 1) * d; k++) {
                    out[k] = (float) (x[k] / norm);
                }
            }
        }
        return Latents.of(latents.shape(), d, out);
    }
}
