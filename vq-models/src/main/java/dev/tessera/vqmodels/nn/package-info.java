/**
 * Networks in pure Java: layers, their declarative description in a model file, and three ways to run them that give the same
 * bits (whole, in tiles, in a stream), for any number of threads and any lane width.
 *
 * <p>Every layer says which inputs an output needs ({@link dev.tessera.vqmodels.nn.Layer#inWindow}). Tiles and streams follow
 * from that alone: zeros stand in for inputs at the border of the whole only, never at the border of a tile.
 */
package dev.tessera.vqmodels.nn;
