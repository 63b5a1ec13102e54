package dev.tessera.codecs.container;

/** The extents of what a {@code .tsr} file holds; its type is the media. */
public sealed interface Geometry
        permits ImageGeometry, SequenceGeometry, AudioGeometry, TensorGeometry, TokenGeometry {}
