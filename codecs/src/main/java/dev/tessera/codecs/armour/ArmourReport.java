package dev.tessera.codecs.armour;

import java.util.List;

/**
 * What reading an armoured stream met.
 *
 * @param strands strands in the text, copies and refused ones included
 * @param segments segments that the stream consists of
 * @param correctedSubstitutions wrong bases that were corrected, at most one a strand
 * @param duplicateStrands strands beyond the first one of each segment
 * @param refusedStrands strands that were left out, in the order of the text; the stream is whole all the same, because
 *     copies of their segments were read
 */
public record ArmourReport(
        int strands,
        int segments,
        int correctedSubstitutions,
        int duplicateStrands,
        List<RefusedStrand> refusedStrands) {

    public ArmourReport {
        refusedStrands = List.copyOf(refusedStrands);
    }

    /**
     * A strand that cannot be trusted.
     *
     * @param strand its number in the text, from 1
     * @param reason what is wrong with it
     */
    public record RefusedStrand(int strand, String reason) {
        @Override
        public String toString() {
            return "strand " + strand + " (" + reason + ")";
        }
    }
}
