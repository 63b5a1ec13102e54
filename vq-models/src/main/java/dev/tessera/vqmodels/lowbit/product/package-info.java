/**
 * Products of low-bit weights with vectors, without dequantizing: sums of a few inputs are looked up by the bits of the weights;
 * integers of 2 to 4 and of 8 bits are multiplied as such; with inputs of 1 or 2 bits, bits are counted. Batches of
 * vectors meet small panels of weights in floats.
 */
package dev.tessera.vqmodels.lowbit.product;
