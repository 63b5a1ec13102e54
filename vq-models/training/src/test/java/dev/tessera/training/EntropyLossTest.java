package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class EntropyLossTest {
    private static final int N = 150; // three chunks, the last one short
    private static final int K = 37;
    private static final int D = 5;

    /** Value and both gradients in chunks are those of the engine's own differentiation of the whole matrix. */
    @Test
    void chunksGiveWhatTheWholeMatrixGives() {
        try (PointerScope _ = new PointerScope()) {
            Tensor latents = Tensors.of(Gradients.random(N * D, 1, 1), N, D).set_requires_grad(true);
            Tensor vectors = Tensors.of(Gradients.random(K * D, 1, 2), K, D).set_requires_grad(true);
            Tensor logits = Tensors.scale(VectorBottleneck.distances(latents, vectors), -1 / 0.7);
            Tensor whole = EntropyLoss.of(logits, 0.8);
            Tensors.scale(whole, 300).backward();
            float[] byLatents = Tensors.floats(latents.mutable_grad());
            float[] byVectors = Tensors.floats(vectors.mutable_grad());
            latents.mutable_grad().mul_(new Scalar(0.0));
            vectors.mutable_grad().mul_(new Scalar(0.0));
            Tensor chunks = EntropyLoss.ofDistances(latents, vectors, 0.7, 0.8);
            Tensors.scale(chunks, 300).backward();
            assertEquals(whole.item_double(), chunks.item_double(), 1e-5);
            Gradients.assertClose(byLatents, Tensors.floats(latents.mutable_grad()), 1e-4);
            Gradients.assertClose(byVectors, Tensors.floats(vectors.mutable_grad()), 1e-4);
        }
    }
}
