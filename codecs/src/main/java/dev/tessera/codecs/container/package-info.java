/** The {@code .tsr} container: header, chunks and checksums (docs/formats/tsr.md). */
package dev.tessera.codecs.container;
