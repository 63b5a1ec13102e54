package dev.tessera.evalgpl;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.eval.learn.CodebookLearner;

/** {@link SelfOrganizingMap} on the lattice of K units that is nearest to a square. */
public final class SelfOrganizingMapLearner implements CodebookLearner {
    @Override
    public String name() {
        return "som";
    }

    @Override
    public Codebook fit(Latents vectors, int codes, int epochs, long seed) {
        int rows = (int) Math.sqrt(Presentation.requireAtLeast(2, codes, "codes"));
        while (codes % rows != 0) {
            rows--;
        }
        return SelfOrganizingMap.builder()
                .rows(rows)
                .cols(codes / rows)
                .epochs(epochs)
                .seed(seed)
                .build()
                .fit(vectors);
    }
}
