package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.cat;

import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Semantic and acoustic tokens (the split of Défossez et al. 2024, Mimi): the first dimensions are features that training does not
 * change, quantized by k-means that goes on as moving averages; the others are latents with residual stages, which learn what the
 * first token leaves open. Both go to the decoder side by side. No gradient reaches the features.
 */
final class SplitBottleneck implements Bottleneck {
    private final VectorBottleneck semantic;
    private final ResidualBottleneck acoustic;

    SplitBottleneck(VectorBottleneck semantic, ResidualBottleneck acoustic) {
        this.semantic = semantic;
        this.acoustic = acoustic;
    }

    @Override
    public int dim() {
        return semantic.dim() + acoustic.dim();
    }

    @Override
    public int[] codebookSizes() {
        int[] residual = acoustic.codebookSizes();
        int[] sizes = new int[1 + residual.length];
        sizes[0] = semantic.codebookSizes()[0];
        System.arraycopy(residual, 0, sizes, 1, residual.length);
        return sizes;
    }

    @Override
    public int wantedForStart() {
        return Math.max(semantic.wantedForStart(), acoustic.wantedForStart());
    }

    @Override
    public void start(Latents latents, int threads, long seed) {
        semantic.start(columns(latents, 0, semantic.dim()), threads, seed);
        acoustic.start(columns(latents, semantic.dim(), acoustic.dim()), threads, seed + 1);
    }

    private static Latents columns(Latents latents, int first, int count) {
        float[] values = new float[latents.count() * count];
        for (int i = 0; i < latents.count(); i++) {
            System.arraycopy(latents.data(), i * latents.dim() + first, values, i * count, count);
        }
        return Latents.of(latents.count(), count, values);
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        Quantized first = semantic.forward(latents.narrow(1, 0, semantic.dim()).detach(), moment);
        Quantized rest = acoustic.forward(latents.narrow(1, semantic.dim(), acoustic.dim()), moment);
        List<Tensor> indices = new ArrayList<>(first.indices());
        indices.addAll(rest.indices());
        Tensor both = cat(new TensorVector(first.latents().detach(), rest.latents()), 1);
        return new Quantized(both, indices, rest.loss());
    }

    @Override
    public void afterStep(Moment moment) {
        semantic.afterStep(moment);
        acoustic.afterStep(moment);
    }

    @Override
    public Quantizer export() {
        return new GroupedQuantizer(List.of(semantic.export(), acoustic.export()));
    }
}
