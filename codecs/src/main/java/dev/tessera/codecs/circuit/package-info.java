/**
 * Lossless coding by tractable probabilistic circuits: Chow-Liu trees, hidden Chow-Liu trees with exact marginals,
 * their integer form, and coders for token blocks and for 8-bit pictures.
 */
package dev.tessera.codecs.circuit;
