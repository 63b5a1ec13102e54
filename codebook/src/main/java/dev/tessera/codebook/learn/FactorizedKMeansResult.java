package dev.tessera.codebook.learn;

import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.ProjectedQuantizer;

/**
 * What {@link FactorizedKMeans#run} learned.
 *
 * @param quantizer the projections, and between them a {@link dev.tessera.codebook.SphericalQuantizer} that outputs code vectors
 *     at their own length, or with plain codes a {@link dev.tessera.codebook.VectorQuantizer}
 * @param distortion mean squared Euclidean distance of all given vectors to their quantized latents
 * @param usage how many code vectors were hit, over all given vectors
 */
public record FactorizedKMeansResult(ProjectedQuantizer quantizer, double distortion, CodebookUsage usage) {}
