/**
 * Asymmetric numeral systems (Duda 2013): static tables with interleaved states for speed, and a buffered coder for
 * any integer model.
 */
package dev.tessera.codecs.rans;
