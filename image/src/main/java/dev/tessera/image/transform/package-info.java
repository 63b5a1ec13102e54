/** The linear mode of the picture codec: predicted blocks, integer transforms, mixed contexts. */
package dev.tessera.image.transform;
