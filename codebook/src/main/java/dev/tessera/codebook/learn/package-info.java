/**
 * Learners: vectors in, codebooks out. Each is immutable, made by a builder, and gives the same codebook for the same vectors,
 * seed and settings on any number of threads.
 */
package dev.tessera.codebook.learn;
