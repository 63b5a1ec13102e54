package dev.tessera.cli;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import java.util.OptionalInt;

/** How many sequences of indices the search of a quantizer of several stages keeps. */
final class BeamWidth {
    /** The search offers every kept sequence as many code vectors: its memory grows with the square. */
    private static final int WIDEST = 256;

    private BeamWidth() {}

    /** What {@code quantizer} is searched with; nothing when its kind knows no beam. */
    static OptionalInt of(Quantizer quantizer) {
        return switch (quantizer) {
            case ResidualQuantizer q -> OptionalInt.of(q.beam());
            case AdditiveQuantizer q -> OptionalInt.of(q.search().beamWidth());
            case GroupedQuantizer q -> of(q.groups().getFirst());
            default -> OptionalInt.empty();
        };
    }

    /** The same codebooks, searched with another beam. */
    static Quantizer apply(Quantizer quantizer, int beam) {
        if (beam < 1 || beam > WIDEST) {
            throw new UsageException("--beam is " + beam + ", must be in [1, " + WIDEST + "]");
        }
        return switch (quantizer) {
            case ResidualQuantizer q -> q.withBeam(beam);
            case AdditiveQuantizer q ->
                new AdditiveQuantizer(q.codebooks(), q.search().withBeamWidth(beam));
            case GroupedQuantizer q ->
                new GroupedQuantizer(
                        q.groups().stream().map(group -> apply(group, beam)).toList());
            default -> throw new UsageException("--beam is for residual, grouped residual and additive codebooks only");
        };
    }
}
