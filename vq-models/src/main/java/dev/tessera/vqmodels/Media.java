package dev.tessera.vqmodels;

/** What a model works on. */
public enum Media {
    IMAGE,
    AUDIO,
    /** Series of vectors. */
    FEATURES
}
