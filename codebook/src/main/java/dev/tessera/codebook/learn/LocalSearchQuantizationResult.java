package dev.tessera.codebook.learn;

import dev.tessera.codebook.AdditiveQuantizer;
import java.util.List;

/**
 * What {@link LocalSearchQuantization#run} learned.
 *
 * @param quantizer all codebooks
 * @param distortions mean squared Euclidean distance of the training vectors to their quantized latents: of the
 *     residual start, then of each round after its codebook update and after its search
 */
public record LocalSearchQuantizationResult(AdditiveQuantizer quantizer, List<Double> distortions) {
    public LocalSearchQuantizationResult {
        distortions = List.copyOf(distortions);
    }

    /** Mean squared distance of the training vectors to their quantized latents after the last search. */
    public double distortion() {
        return distortions.getLast();
    }
}
