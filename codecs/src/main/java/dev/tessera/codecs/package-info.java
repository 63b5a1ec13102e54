/** Entropy coders and integer models: a model never sees a coder's state, a coder never sees a float. */
package dev.tessera.codecs;
