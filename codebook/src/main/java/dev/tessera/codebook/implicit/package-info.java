/**
 * Quantizers whose codebooks are never materialised: an index stands for digits, signs or pulses from which its code vector is
 * computed.
 */
package dev.tessera.codebook.implicit;
