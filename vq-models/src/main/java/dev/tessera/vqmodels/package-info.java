/** Model files and where they are found. */
package dev.tessera.vqmodels;
