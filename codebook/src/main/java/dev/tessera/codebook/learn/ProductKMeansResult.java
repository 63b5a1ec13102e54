package dev.tessera.codebook.learn;

import dev.tessera.codebook.ProductQuantizer;
import java.util.List;

/**
 * What {@link ProductKMeans#run} learned.
 *
 * @param quantizer all subspaces
 * @param distortions mean squared Euclidean distance of all given vectors to their code vectors in each subspace
 */
public record ProductKMeansResult(ProductQuantizer quantizer, List<Double> distortions) {
    public ProductKMeansResult {
        distortions = List.copyOf(distortions);
    }

    /** Mean squared distance of the given vectors to their quantized latents, the sum over the subspaces. */
    public double distortion() {
        return distortions.stream().mapToDouble(Double::doubleValue).sum();
    }
}
