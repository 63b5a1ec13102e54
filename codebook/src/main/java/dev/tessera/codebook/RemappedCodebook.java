package dev.tessera.codebook;

import java.util.Arrays;

/** What {@link CodebookSurgery} makes of a codebook: the new one, and what became of each index. Immutable. */
public final class RemappedCodebook {
    private final Codebook codebook;
    private final int[] mapping; // old index -> new index
    private final int[] origins; // new index -> old index

    RemappedCodebook(Codebook codebook, int[] mapping, int[] origins) {
        this.codebook = codebook;
        this.mapping = mapping;
        this.origins = origins;
    }

    /** The new codebook. */
    public Codebook codebook() {
        return codebook;
    }

    /** The new index of each old one. */
    public int[] mapping() {
        return mapping.clone();
    }

    /** The old index that each new one comes from; the lowest if it comes from several. */
    public int[] origins() {
        return origins.clone();
    }

    /** The new indices of {@code tokens} of the old codebook. */
    public int[] remap(int[] tokens) {
        return CodebookSurgery.remap(tokens, mapping);
    }

    @Override
    public String toString() {
        return "RemappedCodebook[" + codebook + ", mapping " + Arrays.toString(mapping) + "]";
    }
}
