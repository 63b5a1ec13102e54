/** Tokenizers whose networks are stored in few bits: what is done to each layer, and what becomes of its output. */
package dev.tessera.vqmodels.quantize;
