package dev.tessera.codebook.implicit;

/** Which bit of the joint index the sign of dimension 0 becomes. */
public enum BitOrder {
    /** Dimension 0 is the highest bit, as in vector-quantize-pytorch. */
    MOST_SIGNIFICANT_FIRST,
    /** Dimension 0 is bit 0, as in Open-MAGVIT2. */
    LEAST_SIGNIFICANT_FIRST
}
