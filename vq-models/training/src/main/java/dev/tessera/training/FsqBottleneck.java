package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.ScalarType;
import static org.bytedeco.pytorch.global.torch.round;
import static org.bytedeco.pytorch.global.torch.zeros;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Finite scalar quantization (Mentzer et al. 2023): every dimension is squashed to its levels and rounded; the gradient passes
 * the rounding as if it were not there. The bound is that of the PyTorch ports, {@link FiniteScalarQuantizer.Bound#TORCH_PORT},
 * so that a latent of 0 is in the middle of the levels. There is no loss term.
 */
final class FsqBottleneck implements Bottleneck {
    private static final double EPSILON = 1e-3;

    private final int[] levels;
    private final int codes;

    FsqBottleneck(int... levels) {
        this.levels = levels.clone();
        long product = 1;
        for (int level : levels) {
            product = Math.multiplyExact(product, level);
        }
        codes = Math.toIntExact(product);
    }

    @Override
    public int dim() {
        return levels.length;
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {codes};
    }

    @Override
    public int wantedForStart() {
        return 0;
    }

    @Override
    public void start(Latents latents, int threads, long seed) {
        // levels have nothing to start
    }

    @Override
    public boolean wantsWhitened() {
        return true;
    }

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        int dim = levels.length;
        float[] half = new float[dim];
        float[] offset = new float[dim];
        float[] shift = new float[dim];
        float[] unit = new float[dim];
        float[] middle = new float[dim];
        long[] places = new long[dim];
        long place = 1;
        for (int j = 0; j < dim; j++) {
            double range = (levels[j] - 1) * (1 + EPSILON) / 2;
            double o = levels[j] % 2 == 0 ? 0.5 : 0;
            half[j] = (float) range;
            offset[j] = (float) -o;
            shift[j] = (float) (0.5 * Math.log((1 + o / range) / (1 - o / range))); // atanh
            middle[j] = levels[j] / 2;
            unit[j] = 1 / middle[j];
            places[j] = place;
            place *= levels[j];
        }
        Tensor bounded = latents.add(Tensors.of(shift, dim))
                .tanh()
                .mul(Tensors.of(half, dim))
                .add(Tensors.of(offset, dim));
        Tensor whole = round(bounded.detach());
        Tensor quantized = Tensors.straightThrough(whole, bounded).mul(Tensors.of(unit, dim));
        Tensor indices = whole.add(Tensors.of(middle, dim))
                .to(ScalarType.Long)
                .mul(Tensor.create(places, dim))
                .sum(-1L);
        return new Quantized(quantized, List.of(indices), zeros());
    }

    @Override
    public Quantizer export() {
        return new FiniteScalarQuantizer(levels, FiniteScalarQuantizer.Bound.TORCH_PORT);
    }
}
