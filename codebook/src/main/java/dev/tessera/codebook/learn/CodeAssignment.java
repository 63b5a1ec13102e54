package dev.tessera.codebook.learn;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.VectorQuantizer;

/** How vectors find their code vectors while a large codebook is refined: exactly, or faster and approximately. */
@FunctionalInterface
public interface CodeAssignment {
    /**
     * The index of a near code vector for every vector, the same for any number of threads.
     *
     * @return {@code [count]}, each in {@code [0, codebook.codebookSize())}
     */
    int[] assign(Latents vectors, Codebook codebook, int threads);

    /** The nearest code vector, O(count x K x D). */
    static CodeAssignment exact() {
        return (vectors, codebook, threads) -> new VectorQuantizer(codebook).quantize(vectors, threads);
    }
}
