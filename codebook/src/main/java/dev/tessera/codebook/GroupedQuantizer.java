package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;
import dev.tessera.codebook.internal.Columns;
import java.util.Arrays;
import java.util.List;

/**
 * Consecutive groups of dimensions, each with a quantizer of its own of any kind; with {@link ResidualQuantizer}s
 * inside this is group-residual vector quantization (HiFi-Codec, Yang et al. 2023). The stages of a position are those
 * of group 0, then those of group 1, and so on.
 */
public final class GroupedQuantizer implements Quantizer {
    private final List<Quantizer> groups;
    private final int dim;
    private final int[] codebookSizes;

    /** Groups in order; the first takes the first {@code dim()} dimensions, and so on. */
    public GroupedQuantizer(List<? extends Quantizer> groups) {
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("groups is empty, there must be at least 1 group");
        }
        this.groups = List.copyOf(groups);
        this.dim = this.groups.stream().mapToInt(Quantizer::dim).reduce(0, Math::addExact);
        this.codebookSizes = this.groups.stream()
                .map(Quantizer::codebookSizes)
                .flatMapToInt(Arrays::stream)
                .toArray();
    }

    /** The groups' quantizers in order. */
    public List<Quantizer> groups() {
        return groups;
    }

    @Override
    public int dim() {
        return dim;
    }

    @Override
    public int[] codebookSizes() {
        return codebookSizes.clone();
    }

    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim);
        int stages = codebookSizes.length;
        int count = latents.count();
        int[] indices = new int[Math.multiplyExact(count, stages)];
        int firstDim = 0;
        int firstStage = 0;
        for (Quantizer group : groups) {
            int[] part = group.quantize(Columns.slice(latents, firstDim, group.dim()), threads);
            int width = group.stages();
            for (int i = 0; i < count; i++) {
                System.arraycopy(part, i * width, indices, i * stages + firstStage, width);
            }
            firstDim += group.dim();
            firstStage += width;
        }
        return indices;
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        int stages = codebookSizes.length;
        int count = Checks.checkStages(indices, stages);
        float[] out = new float[Math.multiplyExact(count, dim)];
        int firstDim = 0;
        int firstStage = 0;
        for (Quantizer group : groups) {
            int width = group.stages();
            int[] part = new int[count * width];
            for (int i = 0; i < count; i++) {
                System.arraycopy(indices, i * stages + firstStage, part, i * width, width);
            }
            Columns.store(group.dequantize(part, count), out, dim, firstDim);
            firstDim += group.dim();
            firstStage += width;
        }
        return Latents.of(shape, dim, out);
    }
}
