/** Weight matrices in few bits: formats, packed layouts, exact dequantization and storage in model files. */
package dev.tessera.vqmodels.lowbit;
