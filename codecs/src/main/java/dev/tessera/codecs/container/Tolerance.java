package dev.tessera.codecs.container;

/** What is done about chunks of a {@code .tsr} file that are missing, short or damaged. */
public enum Tolerance {
    /** Every chunk must be there, or nothing is decoded. */
    NONE,
    /**
     * The longest run of whole chunks from the first one on is decoded; the rest is the mean of what the model knows.
     */
    PREFIX,
    /** Every whole chunk is decoded; the others are restored from their neighbours and the model. */
    CONCEAL
}
