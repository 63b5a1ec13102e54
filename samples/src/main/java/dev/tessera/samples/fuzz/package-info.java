/** Damaged and forged streams through every reader, in a run of seconds by the tests or of any length by hand. */
package dev.tessera.samples.fuzz;
