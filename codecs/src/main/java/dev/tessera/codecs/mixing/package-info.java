/**
 * Lossless coding of long token streams without a shipped prior: adaptive models of order 0 to 2 and a context-mixing
 * model
 * that, where the code vectors are known, also predicts from their geometry.
 */
package dev.tessera.codecs.mixing;
