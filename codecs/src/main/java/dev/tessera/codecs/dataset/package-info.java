/** Token data-set files that training code reads as they are: {@code .npy} and Parquet. */
package dev.tessera.codecs.dataset;
