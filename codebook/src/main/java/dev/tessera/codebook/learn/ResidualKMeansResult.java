package dev.tessera.codebook.learn;

import dev.tessera.codebook.ResidualQuantizer;
import java.util.List;

/**
 * What {@link ResidualKMeans#run} learned.
 *
 * @param quantizer all stages
 * @param distortions mean squared Euclidean distance of all given vectors to their quantized latents after each stage
 */
public record ResidualKMeansResult(ResidualQuantizer quantizer, List<Double> distortions) {
    public ResidualKMeansResult {
        distortions = List.copyOf(distortions);
    }
}
