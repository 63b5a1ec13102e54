package dev.tessera.evalgpl;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.eval.learn.CodebookLearner;

/** {@link NeuralGasCodebook} by name. */
public final class NeuralGasLearner implements CodebookLearner {
    @Override
    public String name() {
        return "neuralgas";
    }

    @Override
    public Codebook fit(Latents vectors, int codes, int epochs, long seed) {
        return NeuralGasCodebook.builder()
                .codes(codes)
                .epochs(epochs)
                .seed(seed)
                .build()
                .fit(vectors);
    }
}
