package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.ArrayList;
import java.util.List;

/**
 * Multi-scale residual quantization of a grid (VAR, Tian et al. 2024, algorithms 1 and 2): each scale averages the
 * residual over areas, quantizes the small grid, and takes its bilinear enlargement off the residual. The quantized
 * grid is the sum of all enlargements.
 *
 * <p>VAR enlarges bicubically and passes the result through trained convolutions; here nothing is trained but the
 * codebooks. Not a {@link Quantizer}, because positions of different scales are not the same. O(sum over scales of h x
 * w x K x D).
 */
public final class MultiScaleResidualQuantizer {
    /**
     * Extents of one scale's grid.
     *
     * @param height at least 1
     * @param width at least 1
     */
    public record Scale(int height, int width) {
        public Scale {
            if (height < 1 || width < 1) {
                throw new IllegalArgumentException("scale is " + height + " x " + width + ", must be at least 1 x 1");
            }
        }
    }

    private final List<Scale> scales;
    private final List<Codebook> codebooks;
    private final List<NearestKernel> kernels;

    /**
     * @param scales in order of quantization, coarse to fine
     * @param codebooks one for each scale, or a single one that all share; all of one dimension
     */
    public MultiScaleResidualQuantizer(List<Scale> scales, List<Codebook> codebooks) {
        if (scales.isEmpty()) {
            throw new IllegalArgumentException("scales is empty, there must be at least 1");
        }
        if (codebooks.size() != 1 && codebooks.size() != scales.size()) {
            throw new IllegalArgumentException("there are " + codebooks.size()
                    + " codebooks, must be 1 or one for each of " + scales.size() + " scales");
        }
        for (Codebook codebook : codebooks) {
            if (codebook.codeDim() != codebooks.getFirst().codeDim()) {
                throw new IllegalArgumentException("codebooks differ in dimension: " + codebook.codeDim() + " and "
                        + codebooks.getFirst().codeDim());
            }
        }
        this.scales = List.copyOf(scales);
        this.codebooks = List.copyOf(codebooks);
        this.kernels = this.codebooks.stream()
                .map(c -> NearestKernel.of(c.vectors(), c.codebookSize(), c.codeDim()))
                .toList();
    }

    /** The scales in order. */
    public List<Scale> scales() {
        return scales;
    }

    /** The codebooks: one for each scale, or the single one that all share. */
    public List<Codebook> codebooks() {
        return codebooks;
    }

    /** Dimension of the vectors it takes. */
    public int dim() {
        return codebooks.getFirst().codeDim();
    }

    /**
     * The tokens of every scale, {@code [h_k x w_k]} each.
     *
     * @param grid latents on a grid {@code [height, width]}, no extent smaller than any scale's
     */
    public List<Tokens> quantize(Latents grid) {
        Checks.checkDim(grid.dim(), dim());
        int[] shape = grid.shape();
        if (shape.length != 2) {
            throw new IllegalArgumentException("latents have a grid of " + shape.length + " extents, must have 2");
        }
        checkExtents(shape[0], shape[1]);
        int dim = dim();
        float[] residual = grid.data().clone();
        List<Tokens> tokens = new ArrayList<>();
        for (int k = 0; k < scales.size(); k++) {
            Scale scale = scales.get(k);
            Codebook codebook = codebook(k);
            int[] indices = new int[scale.height() * scale.width()];
            float[] small = GridResampling.area(residual, shape[0], shape[1], dim, scale.height(), scale.width());
            kernels.get(k % kernels.size()).assign(small, 0, indices.length, indices, 0);
            float[] part = enlarge(indices, k, shape[0], shape[1]);
            for (int i = 0; i < residual.length; i++) {
                residual[i] -= part[i];
            }
            tokens.add(
                    Tokens.of(new int[] {scale.height(), scale.width()}, new int[] {codebook.codebookSize()}, indices));
        }
        return tokens;
    }

    /**
     * The quantized grid.
     *
     * @param tokens of the scales in order; fewer than all give the coarse grid of those
     * @param height of the grid that was quantized
     * @param width of the grid that was quantized
     */
    public Latents dequantize(List<Tokens> tokens, int height, int width) {
        if (tokens.isEmpty() || tokens.size() > scales.size()) {
            throw new IllegalArgumentException(
                    "tokens has " + tokens.size() + " scales, must have 1 to " + scales.size());
        }
        checkExtents(height, width);
        float[] sum = new float[Math.multiplyExact(Math.multiplyExact(height, width), dim())];
        for (int k = 0; k < tokens.size(); k++) {
            checkTokens(tokens.get(k), k);
            float[] part = enlarge(tokens.get(k).toArray(), k, height, width);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += part[i];
            }
        }
        return Latents.of(new int[] {height, width}, dim(), sum);
    }

    private Codebook codebook(int scale) {
        return codebooks.get(scale % codebooks.size());
    }

    private float[] enlarge(int[] indices, int k, int height, int width) {
        int dim = dim();
        float[] small = new float[indices.length * dim];
        for (int i = 0; i < indices.length; i++) {
            codebook(k).addTo(indices[i], small, i * dim);
        }
        Scale scale = scales.get(k);
        return GridResampling.bilinear(small, scale.height(), scale.width(), dim, height, width);
    }

    private void checkExtents(int height, int width) {
        for (Scale scale : scales) {
            if (height < scale.height() || width < scale.width()) {
                throw new IllegalArgumentException("grid is " + height + " x " + width + ", must be at least "
                        + scale.height() + " x " + scale.width() + ", the extents of a scale");
            }
        }
    }

    private void checkTokens(Tokens tokens, int k) {
        Scale scale = scales.get(k);
        int[] shape = tokens.shape();
        if (shape.length != 2 || shape[0] != scale.height() || shape[1] != scale.width()) {
            throw new IllegalArgumentException("tokens of scale " + k + " are " + tokens + ", must have the shape ["
                    + scale.height() + ", " + scale.width() + "]");
        }
        if (tokens.stages() != 1 || tokens.codebookSize(0) != codebook(k).codebookSize()) {
            throw new IllegalArgumentException("tokens of scale " + k + " are " + tokens + ", must have 1 stage with K "
                    + codebook(k).codebookSize());
        }
    }
}
