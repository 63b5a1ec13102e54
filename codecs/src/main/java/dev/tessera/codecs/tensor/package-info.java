/**
 * Float tensors of any shape to {@code .tsr} bitstreams and back, after CacheGen (Liu et al. 2024): predictions from anchors
 * and from the step before, a quantization step for every channel, and adaptive integer models of the residuals
 * (docs/formats/tsr.md).
 */
package dev.tessera.codecs.tensor;
