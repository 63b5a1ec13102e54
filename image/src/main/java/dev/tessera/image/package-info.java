/** Picture files, the classical image tokenizer and its codec. */
package dev.tessera.image;
