package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.linear;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** A quantizer of fewer dimensions between two learned linear maps (Yu et al. 2022; Kumar et al. 2023). */
final class FactorizedBottleneck implements Bottleneck {
    private final Bottleneck inner;
    private final int dim;
    private final Parameter inWeight; // [d x D]
    private final Parameter inBias;
    private final Parameter outWeight; // [D x d]
    private final Parameter outBias;

    FactorizedBottleneck(String name, int dim, Bottleneck inner, ParameterStore store, SplittableRandom random) {
        this.inner = inner;
        this.dim = dim;
        int d = inner.dim();
        inWeight = store.weight(name + ".in.weight", start(d, dim, random), d, dim);
        inBias = store.plain(name + ".in.bias", new float[d], d);
        outWeight = store.weight(name + ".out.weight", start(dim, d, random), dim, d);
        outBias = store.plain(name + ".out.bias", new float[dim], dim);
    }

    /** The leading dimensions as they are, and a little of all others. */
    private static float[] start(int rows, int columns, SplittableRandom random) {
        float[] weights = new float[rows * columns];
        for (int i = 0; i < weights.length; i++) {
            weights[i] =
                    (float) (0.02 * random.nextGaussian() / Math.sqrt(columns)) + (i / columns == i % columns ? 1 : 0);
        }
        return weights;
    }

    @Override
    public int dim() {
        return dim;
    }

    @Override
    public int[] codebookSizes() {
        return inner.codebookSizes();
    }

    @Override
    public int wantedForStart() {
        return inner.wantedForStart();
    }

    @Override
    public void start(Latents latents, int threads, long seed) {
        if (wantedForStart() == 0) {
            return;
        }
        Latents projected;
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            Tensor all = Tensors.of(latents.data(), latents.count(), latents.dim());
            projected = Latents.of(latents.count(), inner.dim(), Tensors.floats(in(all)));
        }
        inner.start(projected, threads, seed);
    }

    private Tensor in(Tensor latents) {
        return linear(latents, inWeight.tensor(), new TensorOptional(inBias.tensor()));
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        Quantized quantized = inner.forward(in(latents), moment);
        Tensor out = linear(quantized.latents(), outWeight.tensor(), new TensorOptional(outBias.tensor()));
        return new Quantized(out, quantized.indices(), quantized.loss());
    }

    @Override
    public void afterStep(Moment moment) {
        inner.afterStep(moment);
    }

    @Override
    public Quantizer export() {
        try (PointerScope _ = new PointerScope()) {
            return new ProjectedQuantizer(
                    dim,
                    Tensors.floats(inWeight.tensor()),
                    Tensors.floats(inBias.tensor()),
                    inner.export(),
                    Tensors.floats(outWeight.tensor()),
                    Tensors.floats(outBias.tensor()));
        }
    }
}
