/** Benchmarks: JMH pairs of scalar and vector kernels, the comparison with FAISS, and all quantizers at equal bits. */
package dev.tessera.samples.bench;
