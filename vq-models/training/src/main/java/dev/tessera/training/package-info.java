/**
 * Training of neural tokenizers: networks as lists of layers, quantizers with their published gradient estimators, an
 * optimizer, checkpoints, and the loop around them, on libtorch. What comes out is a model file that needs none of this.
 *
 * <p>Tensors of libtorch live outside the Java heap. Temporaries belong to a {@code PointerScope} that the caller opens (one a
 * step); what lives longer is made outside of every scope.
 */
package dev.tessera.training;
