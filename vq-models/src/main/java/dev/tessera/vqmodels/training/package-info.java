/** What the command and a trainer of neural tokenizers say to each other; the trainer itself is a module that may be absent. */
package dev.tessera.vqmodels.training;
