package dev.tessera.image.transform;

import dev.tessera.image.transform.Settings.Details;
import java.util.List;
import java.util.Optional;

/** What a model can bring decoded luma nearer to the original with. */
record Refiners(DetailFilter filters, Optional<DetailNetwork> network) {
    /** Filters that change nothing. */
    static Refiners neutral() {
        return new Refiners(DetailFilter.neutral(), Optional.empty());
    }

    /** What the file of a picture at a scale may ask for. */
    List<Details> choices(int scale) {
        boolean doubles = scale > 0 && network.isPresent();
        return doubles ? List.of(Details.values()) : List.of(Details.NONE, Details.FILTERS);
    }

    /** Nothing for {@link Details#NONE}; only what is among the {@link #choices}. */
    Optional<LumaRefiner> of(Details details) {
        return switch (details) {
            case NONE -> Optional.empty();
            case FILTERS -> Optional.of(filters);
            case NETWORK -> Optional.of(network.orElseThrow());
        };
    }
}
