package dev.tessera.codecs.circuit;

/**
 * What is learned for one plane: the circuit over context variables and error magnitude, rooted at the latter's
 * latent, and the error densities of the root's states.
 */
record ChannelCircuit(QuantizedCircuit circuit, ErrorMixture errors) {}
