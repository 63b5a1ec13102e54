package dev.tessera.codebook;

import dev.tessera.codebook.implicit.BinarySphericalQuantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.implicit.LatentQuantizer;
import dev.tessera.codebook.implicit.LookupFreeQuantizer;
import dev.tessera.codebook.implicit.PyramidVectorQuantizer;
import dev.tessera.codebook.implicit.RaBitQuantizer;
import dev.tessera.codebook.implicit.RandomProjectionQuantizer;
import dev.tessera.codebook.implicit.ResidualFsq;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import java.util.Arrays;

/**
 * Turns latents into indices and back.
 *
 * <p>Indices are position-major, {@code [positions x stages]}. Implementations are immutable and safe to share between
 * threads; the same latents give the same indices on every machine, thread count and lane width.
 */
public sealed interface Quantizer
        permits VectorQuantizer,
                SphericalQuantizer,
                EcvqQuantizer,
                PaletteQuantizer,
                ResidualQuantizer,
                ProductQuantizer,
                GroupedQuantizer,
                AdditiveQuantizer,
                ProjectedQuantizer,
                RotatedQuantizer,
                BinarySphericalQuantizer,
                FiniteScalarQuantizer,
                LatentQuantizer,
                LookupFreeQuantizer,
                PyramidVectorQuantizer,
                RaBitQuantizer,
                RandomProjectionQuantizer,
                ResidualFsq,
                ScalarQuantizer {
    /** Dimension of the vectors it takes. */
    int dim();

    /** K of each stage. */
    int[] codebookSizes();

    /** Number of indices per position. */
    default int stages() {
        return codebookSizes().length;
    }

    /**
     * The indices of every vector, {@code [count x stages]}.
     *
     * @throws IllegalArgumentException when {@code latents.dim() != dim()}
     */
    default int[] quantize(Latents latents) {
        return quantize(latents, 1);
    }

    /**
     * {@link #quantize(Latents)} with the rows split over threads; the indices do not depend on their number.
     *
     * @param threads at least 1
     */
    int[] quantize(Latents latents, int threads);

    /**
     * The quantized latents of {@code indices}.
     *
     * @param indices {@code [count x stages]}, each in {@code [0, codebookSizes()[stage])}
     * @param shape grid to give the result, product = count
     */
    Latents dequantize(int[] indices, int... shape);

    /** {@link #quantize} with grid and codebook sizes attached. */
    default Tokens toTokens(Latents latents) {
        return Tokens.ofPositionMajor(latents.shape(), codebookSizes(), quantize(latents));
    }

    /**
     * {@link #dequantize} of tokens.
     *
     * @throws IllegalArgumentException when they are of other codebook sizes
     */
    default Latents toLatents(Tokens tokens) {
        if (!Arrays.equals(tokens.codebookSizes(), codebookSizes())) {
            throw new IllegalArgumentException("tokens are of the codebook sizes "
                    + Arrays.toString(tokens.codebookSizes()) + ", must be of " + Arrays.toString(codebookSizes()));
        }
        return dequantize(tokens.toPositionMajor(), tokens.shape());
    }
}
