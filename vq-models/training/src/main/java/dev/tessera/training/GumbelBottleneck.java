package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.one_hot;
import static org.bytedeco.pytorch.global.torch.rand;
import static org.bytedeco.pytorch.global.torch.softmax;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.VectorQuantizer;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Straight-through Gumbel-softmax (Jang et al. 2017, Maddison et al. 2017): in training a code is drawn with the probabilities
 * softmax(-|z - c|^2), and the gradient is that of the relaxed draw softmax((logits + g)/T), whose temperature T falls from
 * 1 to 1/16 geometrically. The loss is weight x mean over latents of KL(softmax(logits), uniform), as in DALL-E and VQGAN.
 *
 * <p>Logits are negative squared distances, so that in use the most likely code is the nearest code vector and the exported
 * quantizer is an ordinary one.
 */
final class GumbelBottleneck implements Bottleneck {
    private static final double LAST_TEMPERATURE = 1.0 / 16;
    private static final double UNIFORM_WEIGHT = 5e-4;
    private static final double TINY = 1e-10;

    private final CodeTable table;
    private final boolean startFromData;

    GumbelBottleneck(CodeTable table, boolean startFromData) {
        this.table = table;
        this.startFromData = startFromData;
    }

    @Override
    public int dim() {
        return table.dim();
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {table.codes()};
    }

    @Override
    public int wantedForStart() {
        return startFromData ? 16 * table.codes() : 0;
    }

    @Override
    public void start(Latents latents, int threads, long seed) {
        if (!startFromData) {
            return;
        }
        float[] vectors = dev.tessera.codebook.learn.KMeans.builder()
                .codebookSize(table.codes())
                .iterations(8)
                .seed(seed)
                .threads(threads)
                .build()
                .fit(latents)
                .toArray();
        try (PointerScope _ = new PointerScope()) {
            table.start(vectors);
        }
    }

    static double temperature(double progress) {
        return Math.pow(LAST_TEMPERATURE, progress);
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        Tensor vectors = table.vectors();
        Tensor logits = VectorBottleneck.distances(latents, vectors).neg();
        Tensor logs = log_softmax(logits, -1);
        Tensor divergence = logs.exp()
                .mul(Tensors.plus(logs, Math.log(table.codes())))
                .sum(-1L)
                .mean();
        Tensor loss = Tensors.scale(divergence, UNIFORM_WEIGHT);
        if (!moment.training()) {
            Tensor indices = Tensors.argmaxLast(logits);
            return new Quantized(Tensors.rows(vectors, indices), List.of(indices), loss);
        }
        Tensor uniform = Tensors.plus(rand(logits.shape()), TINY);
        Tensor gumbel = Tensors.plus(uniform.log().neg(), TINY).log().neg();
        Tensor soft = softmax(Tensors.scale(logits.add(gumbel), 1 / temperature(moment.progress())), -1);
        Tensor indices = Tensors.argmaxLast(soft.detach());
        Tensor hard = one_hot(indices, table.codes()).to(torch.ScalarType.Float);
        Tensor choice = Tensors.straightThrough(hard, soft);
        return new Quantized(choice.matmul(vectors), List.of(indices), loss);
    }

    @Override
    public Quantizer export() {
        try (PointerScope _ = new PointerScope()) {
            return new VectorQuantizer(Codebook.of(table.codes(), table.dim(), Tensors.floats(table.vectors())));
        }
    }
}
