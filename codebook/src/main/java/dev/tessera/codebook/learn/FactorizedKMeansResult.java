package dev.tessera.codebook.learn;

import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.FactorizedQuantizer;

/**
 * What {@link FactorizedKMeans#run} learned.
 *
 * @param quantizer projections and codebook
 * @param distortion mean squared Euclidean distance of all given vectors to their quantized latents
 * @param usage how many code vectors were hit, over all given vectors
 */
public record FactorizedKMeansResult(FactorizedQuantizer quantizer, double distortion, CodebookUsage usage) {}
