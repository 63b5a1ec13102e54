package dev.tessera.codebook.implicit;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Workers;
import java.util.ArrayList;
import java.util.List;

/**
 * Latent quantization (QLAE; Hsu et al. 2023): every dimension has its own learned scalar values and takes the
 * nearest of them, the lowest index in a tie. NaN and infinite values take index 0.
 *
 * <p>The joint index is mixed-radix with dimension 0 least significant: sum over d of digit_d times the product of the
 * numbers of values of the dimensions before d. A book of more than 2^31 - 1 codes is cut between dimensions into
 * stages of at most 2^30 codes, each as many dimensions as fit, from dimension 0 on.
 *
 * <p>O(count x sum of values).
 */
public final class LatentQuantizer implements Quantizer {
    private static final int STAGE_LIMIT = 1 << 30;

    private final float[][] values; // [dim][levels of that dimension]
    private final int[] codebookSizes;
    private final int[] firstDims; // [stages + 1], where each stage begins

    /** @param values {@code [dim][levels]}, at least one value in each dimension, all finite, in any order */
    public LatentQuantizer(float[][] values) {
        Checks.requireAtLeast(1, values.length, "the number of dimensions of values");
        this.values = new float[values.length][];
        for (int d = 0; d < values.length; d++) {
            Checks.requireAtLeast(1, values[d].length, "the number of values of dimension " + d);
            Checks.requireFinite(values[d], "values[" + d + "]");
            this.values[d] = values[d].clone();
        }
        int limit = fitsOneStage(values) ? Integer.MAX_VALUE : STAGE_LIMIT;
        List<Integer> sizes = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        long size = 1;
        starts.add(0);
        for (int d = 0; d < values.length; d++) {
            if (size * values[d].length > limit) {
                sizes.add((int) size);
                starts.add(d);
                size = 1;
            }
            size *= values[d].length;
        }
        sizes.add((int) size);
        starts.add(values.length);
        this.codebookSizes = sizes.stream().mapToInt(Integer::intValue).toArray();
        this.firstDims = starts.stream().mapToInt(Integer::intValue).toArray();
    }

    private static boolean fitsOneStage(float[][] values) {
        long size = 1;
        for (float[] levels : values) {
            size *= levels.length;
            if (size > Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    /** A copy of the values, {@code [dim][levels]}. */
    public float[][] values() {
        float[][] copy = values.clone();
        for (int d = 0; d < copy.length; d++) {
            copy[d] = values[d].clone();
        }
        return copy;
    }

    @Override
    public int dim() {
        return values.length;
    }

    @Override
    public int[] codebookSizes() {
        return codebookSizes.clone();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        int[] indices = new int[Math.multiplyExact(latents.count(), codebookSizes.length)];
        Workers.forRows(threads, latents.count(), (from, to) -> quantizeRows(latents.data(), from, to, indices));
        return indices;
    }

    private void quantizeRows(float[] x, int from, int to, int[] indices) {
        int dim = dim();
        int stages = codebookSizes.length;
        for (int i = from; i < to; i++) {
            for (int s = 0; s < stages; s++) {
                int index = 0;
                for (int d = firstDims[s + 1] - 1; d >= firstDims[s]; d--) {
                    index = index * values[d].length + ScalarCodes.nearest(values[d], x[i * dim + d]);
                }
                indices[i * stages + s] = index;
            }
        }
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int count = Checks.checkIndices(indices, codebookSizes);
        int dim = dim();
        int stages = codebookSizes.length;
        float[] out = new float[Math.multiplyExact(count, dim)];
        for (int i = 0; i < count; i++) {
            for (int s = 0; s < stages; s++) {
                int left = indices[i * stages + s];
                for (int d = firstDims[s]; d < firstDims[s + 1]; d++) {
                    out[i * dim + d] = values[d][left % values[d].length];
                    left /= values[d].length;
                }
            }
        }
        return Latents.of(shape, dim, out);
    }
}
