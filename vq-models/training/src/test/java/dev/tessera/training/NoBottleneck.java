package dev.tessera.training;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.VectorQuantizer;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Where a quantizer is asked for and does not matter. */
record NoBottleneck() implements Bottleneck {
    @Override
    public int dim() {
        return 8;
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {2};
    }

    @Override
    public int wantedForStart() {
        return 0;
    }

    @Override
    public void start(Latents latents, int threads, long seed) {}

    @Override
    public Quantized forward(Tensor latents, Moment moment) {
        return new Quantized(latents, List.of(), Tensors.scale(latents.sum(), 0));
    }

    @Override
    public Quantizer export() {
        return new VectorQuantizer(Codebook.of(2, 8, new float[16]));
    }
}
