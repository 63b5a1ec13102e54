/**
 * Codebook learners of the library Smile, which is under the GPL: that is why they live in this module and not beside the
 * others. They give ordinary codebooks; who uses these needs neither Smile nor this module.
 */
package dev.tessera.evalgpl;
