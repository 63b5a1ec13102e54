package dev.tessera.codebook.learn;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.internal.kernels.Distances;

/** Mean squared Euclidean distances. */
final class Distortions {
    private Distortions() {}

    /** Of the vectors {@code x} and {@code y}, in order of row; 0 when there are none. */
    static double between(Latents x, Latents y) {
        int d = x.dim();
        double sum = 0;
        for (int i = 0; i < x.count(); i++) {
            sum += Distances.squared(x.data(), i * d, y.data(), i * d, d);
        }
        return x.count() == 0 ? 0 : sum / x.count();
    }
}
