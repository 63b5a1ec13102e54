/** Rate-distortion experiments: our codecs beside others on the same samples, Bjontegaard deltas, tables and plots. */
package dev.tessera.eval.rd;
