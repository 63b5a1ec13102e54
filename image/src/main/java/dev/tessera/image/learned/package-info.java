/** The learned mode of pictures: networks around scalar latents of any level, coded with a prior of integers that was trained with them. */
package dev.tessera.image.learned;
