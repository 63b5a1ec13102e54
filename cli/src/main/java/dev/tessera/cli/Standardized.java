package dev.tessera.cli;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import java.util.function.Function;

/** Learning by gradients, whose rates are meant for latents of mean 0 and size 1, on vectors of any size. */
final class Standardized {
    private Standardized() {}

    /** Learns on (vectors - mean) / size, size being the root mean square of a value, and maps the codebook back. */
    static Codebook fit(Latents vectors, Function<Latents, Codebook> learner) {
        int dim = vectors.dim();
        float[] x = vectors.data();
        double[] mean = new double[dim];
        for (int i = 0; i < x.length; i++) {
            mean[i % dim] += x[i] / (double) vectors.count();
        }
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            double centred = x[i] - mean[i % dim];
            squares += centred * centred;
        }
        double size = squares > 0 ? Math.sqrt(squares / x.length) : 1;
        float[] standard = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            standard[i] = (float) ((x[i] - mean[i % dim]) / size);
        }
        Codebook learned = learner.apply(Latents.of(vectors.count(), dim, standard));
        float[] codes = learned.toArray();
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (float) (codes[i] * size + mean[i % dim]);
        }
        return Codebook.of(learned.codebookSize(), dim, codes);
    }
}
