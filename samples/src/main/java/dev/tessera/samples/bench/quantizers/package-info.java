/** The controlled comparison of quantizers, docs/quantizer-bench.md. */
package dev.tessera.samples.bench.quantizers;
