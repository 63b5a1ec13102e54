package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.zeros;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Residual vector quantization (Zeghidour et al. 2021): each stage quantizes what those before it left over, r(i+1) = r(i) - sg
 * q(i), and one straight-through estimate spans the sum. The loss is the mean of the stages' losses.
 *
 * <p>Quantizer dropout: in a share of the steps only the first n stages are used, n uniform in [1, S] (as in Mimi), so that fewer
 * stages are a coarser picture of the same thing.
 */
final class ResidualBottleneck implements Bottleneck {
    private final List<VectorBottleneck> stages;
    private final double dropout;

    /** @param dropout share of the steps with fewer stages, in [0, 1] */
    ResidualBottleneck(List<VectorBottleneck> stages, double dropout) {
        this.stages = List.copyOf(stages);
        this.dropout = dropout;
    }

    @Override
    public int dim() {
        return stages.getFirst().dim();
    }

    @Override
    public int[] codebookSizes() {
        return stages.stream().mapToInt(s -> s.codebookSizes()[0]).toArray();
    }

    @Override
    public int wantedForStart() {
        return stages.getFirst().wantedForStart();
    }

    /** Every stage starts from what the stages before it leave of the same latents. */
    @Override
    public void start(Latents latents, int threads, long seed) {
        Latents left = latents;
        for (int s = 0; s < stages.size(); s++) {
            stages.get(s).start(left, threads, seed + s);
            try (PointerScope _ = new PointerScope();
                    NoGradGuard _ = new NoGradGuard()) {
                Tensor rest = Tensors.of(left.data(), left.count(), left.dim());
                Tensor quantized =
                        stages.get(s).forward(rest, Moment.evaluation()).latents();
                left = Latents.of(left.count(), left.dim(), Tensors.floats(rest.sub(quantized)));
            }
        }
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        int used = stages.size();
        if (moment.training() && moment.random().nextDouble() < dropout) {
            used = 1 + moment.random().nextInt(stages.size());
        }
        Tensor rest = latents;
        Tensor sum = zeros(latents.shape());
        Tensor loss = zeros();
        List<Tensor> indices = new ArrayList<>();
        for (VectorBottleneck stage : stages.subList(0, used)) {
            Quantized quantized = stage.forward(rest, moment);
            Tensor value = quantized.latents().detach();
            rest = rest.sub(value);
            sum = sum.add(value);
            loss = loss.add(quantized.loss());
            indices.addAll(quantized.indices());
        }
        return new Quantized(Tensors.straightThrough(sum, latents), indices, Tensors.scale(loss, 1.0 / used));
    }

    @Override
    public void afterStep(Moment moment) {
        stages.forEach(stage -> stage.afterStep(moment));
    }

    @Override
    public Quantizer export() {
        List<Codebook> codebooks =
                stages.stream().map(VectorBottleneck::codebook).toList();
        return new ResidualQuantizer(codebooks);
    }
}
