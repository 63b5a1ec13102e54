/**
 * Inner loops of networks, internal: arrays and offsets, no checks, no policy. Each loop exists twice, in plain Java
 * ({@code ScalarLayerKernels}, the specification) and for the Vector API, with equal bits.
 *
 * <p>One output is one lane. Its sum starts at the bias and takes its products in ascending order of the inner index by fused
 * multiply-add, whatever the tile, lane width or number of threads: no sum is ever split over lanes, so no reduction tree is
 * needed, and a partial sum that waits in memory between two blocks of the inner index loses nothing.
 */
package dev.tessera.vqmodels.kernels;
