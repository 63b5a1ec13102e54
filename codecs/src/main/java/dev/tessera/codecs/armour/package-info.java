/** Armour: streams written for media that damage them, so far as strands of DNA (docs/formats/dna.md). */
package dev.tessera.codecs.armour;
