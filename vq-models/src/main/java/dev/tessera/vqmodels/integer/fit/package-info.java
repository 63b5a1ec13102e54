/** Makes graphs of integers of networks in floats. */
package dev.tessera.vqmodels.integer.fit;
