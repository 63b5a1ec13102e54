package dev.tessera.codebook.learn;

import dev.tessera.codebook.RotatedQuantizer;
import java.util.List;

/**
 * What {@link OptimizedProduct#run} learned.
 *
 * @param quantizer rotation and mean around a {@link dev.tessera.codebook.ProductQuantizer}
 * @param distortions mean squared Euclidean distance of the training vectors to their quantized latents: after the
 *     k-means update of each round, and at the end
 */
public record OptimizedProductResult(RotatedQuantizer quantizer, List<Double> distortions) {
    public OptimizedProductResult {
        distortions = List.copyOf(distortions);
    }

    /** Mean squared distance of the training vectors to their quantized latents. */
    public double distortion() {
        return distortions.getLast();
    }
}
