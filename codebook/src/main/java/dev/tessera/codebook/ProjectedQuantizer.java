package dev.tessera.codebook;

import dev.tessera.codebook.internal.AffineMap;
import dev.tessera.codebook.internal.Checks;

/**
 * A quantizer between two affine maps: {@code quantize(x) = inner.quantize(A x + a)} and
 * {@code dequantize(i) = B inner.dequantize(i) + b}. It carries projections to fewer dimensions (factorized codes, PCA in
 * front of an implicit codebook) and rotations (optimized product quantization).
 *
 * <p>Both maps are plain float multiplications and additions in order of the inputs, the bias first. Whether quantized
 * vectors keep their indices depends on the maps: it needs {@code A B} near the identity and {@code A b + a} near 0.
 *
 * <p>O(count x dim x inner dim) besides the inner quantizer.
 */
public final class ProjectedQuantizer implements Quantizer {
    private final AffineMap input;
    private final Quantizer inner;
    private final AffineMap output;

    /**
     * @param dim dimension of the latents, at least 1
     * @param inputMatrix A, {@code [inner.dim() x dim]}, row-major, finite
     * @param inputBias a, {@code [inner.dim()]}, finite
     * @param inner quantizer of the projected latents
     * @param outputMatrix B, {@code [dim x inner.dim()]}, row-major, finite
     * @param outputBias b, {@code [dim]}, finite
     */
    public ProjectedQuantizer(
            int dim,
            float[] inputMatrix,
            float[] inputBias,
            Quantizer inner,
            float[] outputMatrix,
            float[] outputBias) {
        this.input = new AffineMap(dim, inner.dim(), inputMatrix, inputBias, "input");
        this.inner = inner;
        this.output = new AffineMap(inner.dim(), dim, outputMatrix, outputBias, "output");
    }

    /** A, {@code [inner().dim() x dim()]}, row-major. */
    public float[] inputMatrix() {
        return input.weight();
    }

    /** a, {@code [inner().dim()]}. */
    public float[] inputBias() {
        return input.bias();
    }

    /** The quantizer between the maps. */
    public Quantizer inner() {
        return inner;
    }

    /** B, {@code [dim() x inner().dim()]}, row-major. */
    public float[] outputMatrix() {
        return output.weight();
    }

    /** b, {@code [dim()]}. */
    public float[] outputBias() {
        return output.bias();
    }

    @Override
    public int dim() {
        return input.inputDim();
    }

    @Override
    public int stages() {
        return inner.stages();
    }

    @Override
    public int[] codebookSizes() {
        return inner.codebookSizes();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        return inner.quantize(input.apply(latents, threads), threads);
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        return output.apply(inner.dequantize(indices, shape), 1);
    }

    @Override
    public String toString() {
        return "ProjectedQuantizer[" + dim() + " -> " + inner + "]";
    }
}
