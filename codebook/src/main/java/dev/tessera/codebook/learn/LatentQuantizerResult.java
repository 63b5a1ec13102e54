package dev.tessera.codebook.learn;

import dev.tessera.codebook.implicit.LatentQuantizer;
import java.util.List;

/**
 * What {@link LatentQuantizerFit} learned.
 *
 * @param distortions mean squared error of each dimension; their sum is the distortion
 * @param converged whether the last update changed no cell of any dimension
 * @param repairs levels without samples that were given some, over all dimensions
 */
public record LatentQuantizerResult(
        LatentQuantizer quantizer, List<Double> distortions, boolean converged, int repairs) {
    public LatentQuantizerResult {
        distortions = List.copyOf(distortions);
    }
}
