/** Benchmarks: JMH pairs of scalar and vector kernels, and the comparison with FAISS. */
package dev.tessera.samples.bench;
