/**
 * Products of low-bit weights with vectors, without dequantizing: sums of a few inputs are looked up by the bits of the weights;
 * weights of 8 bits are multiplied as integers.
 */
package dev.tessera.vqmodels.lowbit.product;
