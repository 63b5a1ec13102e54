package dev.tessera.codebook.learn;

import dev.tessera.codebook.implicit.RandomProjectionQuantizer;

/**
 * What {@link RandomProjectionFit} learned.
 *
 * @param distortion mean squared distance of the training vectors from their quantized form
 * @param usedCodes indices that at least one training vector has; the others decode to the mean of all
 */
public record RandomProjectionResult(RandomProjectionQuantizer quantizer, double distortion, int usedCodes) {}
